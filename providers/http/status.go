package http

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// statusAttribute describes what statuses reads.
func statusAttribute() schema.Attribute {
	return schema.Attribute{
		Name: "status", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}, Example: `["200", "3xx"]`,
		Default:     cty.ListVal([]cty.Value{cty.StringVal("2xx")}),
		Description: "The statuses that are right: codes such as \"200\", or classes such as \"2xx\".",
	}
}

// statusPattern is a code or a class of codes.
var statusPattern = regexp.MustCompile(`^[1-5](\d{2}|xx)$`)

// statuses are the codes and classes that are right. None means 2xx: the
// attribute's default does not apply when its block is missing.
type statuses []string

// newStatuses reads the attribute of statusAttribute.
func newStatuses(v schema.Values, at cty.Path) (statuses, providers.Diagnostics) {
	var diags providers.Diagnostics
	given := v.Strings("status")
	for i, text := range given {
		if !statusPattern.MatchString(text) {
			diags = append(diags, providers.Errorf(at.GetAttr("status").IndexInt(i), "Invalid status",
				"%q is not a status: expected a code such as \"200\" or a class such as \"2xx\".", text)...)
		}
	}
	if len(given) == 0 {
		given = []string{"2xx"}
	}
	return given, diags
}

func (s statuses) match(code int) bool {
	text := strconv.Itoa(code)
	for _, one := range s {
		if one == text || len(text) == 3 && one == text[:1]+"xx" {
			return true
		}
	}
	return false
}

// check says what is wrong with a status; nil when nothing is. The excerpt is
// the beginning of the body, as people see it.
func (s statuses) check(code int, excerpt string) error {
	if s.match(code) {
		return nil
	}
	text := fmt.Sprintf("expected status %s, got %d", strings.Join(s, " or "), code)
	if excerpt != "" {
		text += ": " + excerpt
	}
	return fmt.Errorf("%s", text)
}
