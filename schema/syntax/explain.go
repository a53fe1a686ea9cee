package syntax

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// yamlStart is how the manifests of other tools begin.
var yamlStart = regexp.MustCompile(`(?m)\A(?:---|#.*|\s)*(?:apiVersion|kind|version|title|[a-z-]+):(?:\s|$)`)

// colonKey is an argument written as in YAML or JSON.
var colonKey = regexp.MustCompile(`^\s*["']?([A-Za-z_][\w-]*)["']?\s*:`)

// explain improves on what HCL says about native syntax, and leaves out what only
// follows from an earlier error.
func explain(diags hcl.Diagnostics, src []byte, name string) hcl.Diagnostics {
	if diags.HasErrors() && yamlStart.Match(src) {
		first := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
		return hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Not HCL", Subject: &first,
			Detail: fmt.Sprintf("%s looks like YAML. Configurations are written in HCL, whose blocks look like this: experiment \"name\" { ... }", name),
		}}
	}
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int { return startByte(a) - startByte(b) })
	lines, multiline := map[int]bool{}, false
	diags = slices.DeleteFunc(diags, func(diag *hcl.Diagnostic) bool {
		if diag.Subject == nil {
			return false
		}
		line := diag.Subject.Start.Line
		repeated := lines[line] || multiline && diag.Summary == "Invalid multi-line string"
		lines[line] = true
		// A quote that is not closed turns every line after it inside out.
		multiline = multiline || diag.Summary == "Invalid multi-line string" || diag.Summary == "Unclosed template interpolation sequence"
		return repeated
	})
	for _, diag := range diags {
		explainOne(diag, src)
	}
	return diags
}

func startByte(diag *hcl.Diagnostic) int {
	if diag.Subject == nil {
		return 0
	}
	return diag.Subject.Start.Byte
}

func explainOne(diag *hcl.Diagnostic, src []byte) {
	switch diag.Summary {
	case "Invalid escape sequence":
		diag.Detail += ` A backslash itself is written twice: \\.`
	case "Argument or block definition required":
		if found := colonKey.FindSubmatch(lineOf(src, diag)); found != nil {
			diag.Summary = "Colon in place of an equals sign"
			diag.Detail = fmt.Sprintf("Arguments are set with an equals sign: %s = ...", found[1])
		}
	case "Missing attribute seperator comma":
		diag.Summary = "Missing comma"
	}
}

// lineOf is the line at which a problem is.
func lineOf(src []byte, diag *hcl.Diagnostic) []byte {
	if diag.Subject == nil || diag.Subject.Start.Byte > len(src) {
		return nil
	}
	at := diag.Subject.Start.Byte
	begin := bytes.LastIndexByte(src[:at], '\n') + 1
	end := bytes.IndexByte(src[at:], '\n')
	if end < 0 {
		end = len(src) - at
	}
	return src[begin : at+end]
}
