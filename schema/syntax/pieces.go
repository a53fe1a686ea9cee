package syntax

import (
	"bytes"
	"runtime"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/sync/errgroup"
)

// pieceSize is from how many bytes on a piece of a file is parsed by itself: so
// many that starting to parse does not count, so few that the tokens of a piece,
// which take a hundred times its space, soon make room for the next.
const pieceSize = 32 << 10

// parsePieces parses a file in pieces that end at the given offsets, several at
// once. It gives what parsing the whole gives, or false: what is wrong with a
// file is for the parse of the whole to say.
func parsePieces(src []byte, name string, cuts []int) (*hcl.File, bool) {
	bodies := make([]*hclsyntax.Body, len(cuts)+1)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	start := hcl.InitialPos
	for i := range bodies {
		piece, from := src[start.Byte:], start
		if i < len(cuts) {
			piece = src[start.Byte:cuts[i]]
		}
		group.Go(func() error {
			bodies[i] = parsePiece(piece, name, from)
			return nil
		})
		start.Line += bytes.Count(piece, []byte{'\n'})
		start.Byte += len(piece)
	}
	_ = group.Wait() // never an error: a piece with one has no body
	whole, ok := joinBodies(bodies)
	return &hcl.File{Body: whole, Bytes: src}, ok
}

// parsePiece gives nil for what has anything wrong with it.
func parsePiece(src []byte, name string, start hcl.Pos) *hclsyntax.Body {
	if start.Byte > 0 && bytes.HasPrefix(src, []byte("\ufeff")) {
		return nil // a byte order mark is ignored where a parse begins, and wrong elsewhere
	}
	file, diags := hclsyntax.ParseConfig(src, name, start)
	if len(diags) > 0 {
		return nil
	}
	body, _ := file.Body.(*hclsyntax.Body)
	return body
}

// joinBodies makes one body of those that follow one another in a file; false
// if one is missing or repeats an attribute.
func joinBodies(bodies []*hclsyntax.Body) (*hclsyntax.Body, bool) {
	whole := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, Blocks: hclsyntax.Blocks{}}
	for _, body := range bodies {
		if body == nil {
			return nil, false
		}
		for name, attribute := range body.Attributes {
			if whole.Attributes[name] != nil {
				return nil, false
			}
			whole.Attributes[name] = attribute
		}
		whole.Blocks = append(whole.Blocks, body.Blocks...)
	}
	last := bodies[len(bodies)-1]
	whole.SrcRange = hcl.RangeBetween(bodies[0].SrcRange, last.SrcRange)
	whole.EndRange = last.EndRange
	return whole, true
}
