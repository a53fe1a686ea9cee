package templates

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/internal/buildtest"
)

func files() []string {
	return []string{"github-actions.yml", "gitlab-ci.yml", "Jenkinsfile", "README.md"}
}

// A call of gameday ends where the shell or the quotes of Groovy end it; in
// Markdown it stands in backticks, as the word may also be part of a sentence.
var (
	inScript   = regexp.MustCompile(`(?:^|[ /'])gameday ([a-z][^'|;\n]*)`)
	inMarkdown = regexp.MustCompile("`(?:exec )?gameday ([a-z][^`]*)`")
)

// commands are the calls of gameday in a file, comments left out, without the
// program's name.
func commands(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	if filepath.Ext(file) == ".yml" {
		text = []byte(strings.Join(texts(parse(t, text)), "\n"))
	}
	command := inScript
	if filepath.Ext(file) == ".md" {
		command = inMarkdown
	}
	var found []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(strings.TrimSpace(line), "//") {
			continue
		}
		for _, match := range command.FindAllStringSubmatch(line, -1) {
			found = append(found, strings.TrimSpace(match[1]))
		}
	}
	return found
}

func parse(t *testing.T, text []byte) cty.Value {
	t.Helper()
	shape, err := yaml.ImpliedType(text)
	require.NoError(t, err)
	value, err := yaml.Unmarshal(text, shape)
	require.NoError(t, err)
	return value
}

// texts are all strings in a value but names of keys, and those of steps, which
// are for people.
func texts(v cty.Value) []string {
	switch {
	case v.IsNull():
		return nil
	case v.Type() == cty.String:
		return []string{v.AsString()}
	case !v.CanIterateElements():
		return nil
	}
	var list []string
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if key.Type() != cty.String || key.AsString() != "name" {
			list = append(list, texts(element)...)
		}
	}
	return list
}

// TestCommandsAreOnesThatGamedayTakes lets gameday itself parse every call: with
// -help at the end it does nothing else.
func TestCommandsAreOnesThatGamedayTakes(t *testing.T) {
	bin := filepath.Join(buildtest.Programs(t, buildtest.Gameday), "gameday")
	for _, file := range files() {
		found := commands(t, file)
		require.NotEmpty(t, found, file)
		for _, call := range found {
			t.Run(file+"/"+call, func(t *testing.T) { takes(t, bin, call) })
		}
	}
}

func takes(t *testing.T, bin, call string) {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "bash", "-c", bin+" "+call+" -help")
	shell.Env = append(os.Environ(), "GAMEDAY_DIR=experiments")
	out, err := shell.CombinedOutput()
	require.NoError(t, err, "%s", out)
	name, _, _ := strings.Cut(call, " ")
	// The help of a command that does not exist is that of gameday itself.
	assert.Contains(t, string(out), "Usage: gameday "+name+" ")
}

func TestWhatEveryPipelineDoes(t *testing.T) {
	for _, file := range files() {
		found := commands(t, file)
		for _, wanted := range []string{"fmt -check", "validate", "plan", "apply -auto-approve -junit-xml reports/gameday.xml", "recover"} {
			assert.True(t, slices.ContainsFunc(found, func(call string) bool { return strings.HasPrefix(call, wanted) }), "%s never calls gameday %s", file, wanted)
		}
	}
}

// TestRecoverIsNeverLeftOut holds the step that matters most to the condition
// under which each system runs it after everything.
func TestRecoverIsNeverLeftOut(t *testing.T) {
	github := parse(t, content(t, "github-actions.yml")).GetAttr("jobs").GetAttr("apply").GetAttr("steps").AsValueSlice()
	step := slices.IndexFunc(github, func(step cty.Value) bool {
		return step.Type().HasAttribute("run") && step.GetAttr("run").AsString() == "gameday recover"
	})
	require.GreaterOrEqual(t, step, 0)
	assert.Equal(t, "always()", github[step].GetAttr("if").AsString())

	gitlab := parse(t, content(t, "gitlab-ci.yml")).GetAttr("gameday:apply")
	assert.Contains(t, texts(gitlab.GetAttr("after_script")), ".gameday/bin/gameday recover")
	assert.Equal(t, "always", gitlab.GetAttr("artifacts").GetAttr("when").AsString())

	_, post, found := strings.Cut(string(content(t, "Jenkinsfile")), "always {")
	require.True(t, found)
	assert.Contains(t, post, "gameday recover")
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return text
}
