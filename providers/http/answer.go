package http

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/probing"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	page   *page
	bytes  int64 // of the whole body
}

// page is a body that was kept, with what was made of it.
type page struct {
	raw   string
	whole bool   // false: the body was longer
	text  string // valid UTF-8
	body  cty.Value
	json  cty.Value
}

// pages remembers the last body. Most probes get the same one every time: then
// a thousand samples share one copy, and it is decoded once.
type pages struct{ last atomic.Pointer[page] }

func (p *pages) of(data []byte, whole bool) *page {
	if last := p.last.Load(); last != nil && last.whole == whole && last.raw == string(data) {
		return last
	}
	made := &page{raw: string(data), whole: whole, text: probing.Text(data), json: cty.NullVal(cty.DynamicPseudoType)}
	made.body = cty.StringVal(made.text)
	if whole {
		made.json = probing.JSON(data)
	}
	p.last.Store(made)
	return made
}

// read takes the whole body, so that the connection can be used again, and
// keeps its beginning. Closing it is up to the caller.
func (p *pages) read(response *http.Response) (*answer, error) {
	kept, err := io.ReadAll(io.LimitReader(response.Body, probing.BodyLimit))
	if err != nil {
		return nil, err
	}
	rest, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		return nil, err
	}
	a := &answer{status: response.StatusCode, header: response.Header, bytes: int64(len(kept)) + rest}
	a.page = p.of(kept, rest == 0)
	return a, nil
}

// fieldTypes is what `last` offers for an HTTP probe.
func fieldTypes() cty.Type {
	return cty.Object(map[string]cty.Type{
		"status":  cty.Number,
		"headers": cty.Map(cty.String),
		"body":    cty.String,
		"json":    cty.DynamicPseudoType,
		"bytes":   cty.Number,
	})
}

// fields are the answer, of fieldTypes. Several values of one header are joined
// by a comma, as HTTP allows; names are in lower case.
func (a *answer) fields() cty.Value {
	headers := make(map[string]cty.Value, len(a.header))
	for name, values := range a.header {
		headers[strings.ToLower(name)] = cty.StringVal(probing.Text([]byte(strings.Join(values, ", "))))
	}
	all := cty.MapValEmpty(cty.String)
	if len(headers) > 0 {
		all = cty.MapVal(headers)
	}
	return cty.ObjectVal(map[string]cty.Value{
		"status":  cty.NumberIntVal(int64(a.status)),
		"headers": all,
		"body":    a.page.body,
		"json":    a.page.json,
		"bytes":   cty.NumberIntVal(a.bytes),
	})
}
