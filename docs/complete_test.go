package docs

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/registry"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/schema/lang"
)

// TestEveryEventIsDocumented looks for each type and each of its fields in the
// row about it.
func TestEveryEventIsDocumented(t *testing.T) {
	page := content(t, "reports.md")
	for _, body := range event.Bodies() {
		row := rowAbout(page, body.Kind())
		if !assert.NotEmpty(t, row, "no row of reports.md is about the event %s", body.Kind()) {
			continue
		}
		for _, field := range reflect.VisibleFields(reflect.TypeOf(body)) {
			wire, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if wire != "experiment" && wire != "source" {
				assert.Contains(t, row, "`"+wire+"`", "the row about %s", body.Kind())
			}
		}
	}
}

func TestEveryFunctionIsDocumented(t *testing.T) {
	page := content(t, "language.md")
	for function := range lang.Functions(lang.Files{}) {
		assert.Regexp(t, "`"+function+"[`(]", page, "language.md says nothing of the function %s", function)
	}
}

func TestEveryFaultIsDocumented(t *testing.T) {
	set, err := registry.Builtin()
	require.NoError(t, err)
	page := content(t, "language.md") + content(t, "kubernetes-faults.md") + content(t, "kubernetes-pods.md") + content(t, "chaos-mesh.md")
	for _, fault := range set.Names(providers.KindFault) {
		assert.NotEmpty(t, rowAbout(page, fault), "no row of language.md, kubernetes-faults.md, kubernetes-pods.md or chaos-mesh.md is about the fault %s", fault)
	}
}

// rowAbout is the row of a table whose first cell names something.
func rowAbout(page, what string) string {
	for line := range strings.Lines(page) {
		cells := strings.SplitN(line, "|", 3)
		if len(cells) == 3 && cells[0] == "" && strings.Contains(cells[1], "`"+what+"`") {
			return line
		}
	}
	return ""
}

func content(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	return string(text)
}
