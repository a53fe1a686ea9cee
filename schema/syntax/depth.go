package syntax

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// checkDepth refuses native syntax, in UTF-8, that would nest too deep. The quick scan
// clears nearly every file, and finds where it can be cut; what it cannot, HCL's
// own scanner decides.
func checkDepth(src []byte, name string) ([]int, hcl.Diagnostics) {
	if cuts, sure := clearlyShallow(src, pieceSize); sure {
		return cuts, nil
	}
	return nil, checkLexed(src, name, hclsyntax.LexConfig)
}

// checkText is checkDepth for expressions and templates from outside of files.
func checkText(src []byte, name string) hcl.Diagnostics {
	if diags := checkEncoding(src, name); diags.HasErrors() {
		return diags
	}
	if countSyntax(src) <= MaxDepth {
		return nil
	}
	if diags := checkLexed(src, name, hclsyntax.LexTemplate); diags.HasErrors() {
		return diags
	}
	return checkLexed(src, name, hclsyntax.LexExpression)
}

type lexer func(src []byte, name string, start hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)

// checkLexed measures what HCL's scanner finds. Tokens take a hundred times the
// space of their source, so that growing beginnings of it are looked at: what
// nests too deep mostly does so soon.
func checkLexed(src []byte, name string, lex lexer) hcl.Diagnostics {
	for size := 1 << 14; ; size *= 16 {
		beginning := src[:min(size, len(src))]
		tokens, _ := lex(beginning, name, hcl.InitialPos)
		if diags := checkTokens(tokens); diags.HasErrors() || len(beginning) == len(src) {
			return diags
		}
	}
}

// checkTokens measures up to the first token that passes a limit.
func checkTokens(tokens hclsyntax.Tokens) hcl.Diagnostics {
	m := newMeter()
	for i, token := range tokens {
		m.token(tokens, i)
		if m.exceeded() {
			return tooDeep(m, token.Range)
		}
	}
	return nil
}

func tooDeep(m *meter, at hcl.Range) hcl.Diagnostics {
	diag := &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Too deeply nested",
		Detail:   fmt.Sprintf("Here are more than %d brackets or templates inside one another, which is not supported.", MaxDepth),
		Subject:  &at,
	}
	if m.maxOps > MaxOperators {
		diag.Summary = "Expression too long"
		diag.Detail = fmt.Sprintf("This expression has more than %d operators, which is not supported. Split it into locals.", MaxOperators)
	}
	return hcl.Diagnostics{diag}
}

// token feeds one token of HCL's scanner to the meter.
func (m *meter) token(tokens hclsyntax.Tokens, i int) {
	switch t := tokens[i]; t.Type {
	case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
		m.open('(')
	case hclsyntax.TokenOBrace:
		m.open('{')
		m.top().ignoresEOL = keywordAfter(tokens, i) == "for"
	case hclsyntax.TokenTemplateInterp:
		m.open('$')
	case hclsyntax.TokenTemplateControl:
		m.open('%')
		m.directive(keywordAfter(tokens, i))
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen,
		hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		m.shut()
	case hclsyntax.TokenComma:
		m.separator()
	case hclsyntax.TokenNewline:
		m.newline()
	case hclsyntax.TokenComment:
		if n := len(t.Bytes); n > 0 && t.Bytes[n-1] == '\n' {
			m.newline()
		}
	default:
		if isOperator(t.Type) {
			m.operator()
		}
	}
}

// keywordAfter is the identifier that follows a token, past newlines and
// comments; "" if something else does.
func keywordAfter(tokens hclsyntax.Tokens, i int) string {
	for _, next := range tokens[i+1:] {
		switch next.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenComment:
		case hclsyntax.TokenIdent:
			return string(next.Bytes)
		default:
			return ""
		}
	}
	return ""
}

func isOperator(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
		hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenColon,
		hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
		hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenDoubleColon:
		return true
	default:
		return false
	}
}
