package exec

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// runVariable marks every process that a run starts, so that what is left of a
// run can be found.
const runVariable = "GAMEDAY_RUN"

// commandAttributes describe a command.
func commandAttributes() []schema.Attribute {
	return []schema.Attribute{
		{
			Name: "command", Type: schema.Type{Kind: schema.String, Of: schema.ListOf}, Required: true, Example: `["./check.sh", "--quick"]`,
			Description: "The program and its arguments; no shell is involved. A program with a slash in it is looked for from the " +
				"configuration's directory, any other in PATH.",
		},
		{
			Name: "env", Type: schema.Type{Kind: schema.String, Of: schema.MapOf}, Sensitive: true, Example: `{ PGHOST = "localhost" }`,
			Description: "Environment variables, in addition to those of gameday itself and to GAMEDAY_RUN, the run's id. GAMEDAY_VAR_ variables are not passed on.",
		},
		{
			Name: "dir", Type: schema.Type{Kind: schema.String}, Example: `"scripts"`,
			Description: "The working directory, relative to the configuration's directory, which is the default.",
		},
	}
}

// command is what to run.
type command struct {
	program string
	args    []string
	env     []string
	dir     string
}

// checkCommand finds what is wrong with commandAttributes without any I/O.
func checkCommand(v schema.Values) providers.Diagnostics {
	path := cty.GetAttrPath("command")
	words := v.Attr("command")
	if !words.IsKnown() || words.IsNull() {
		return nil
	}
	if words.LengthInt() == 0 {
		return providers.Errorf(path, "Missing program", "The command is empty: expected the program and its arguments, such as [\"./check.sh\"].")
	}
	var diags providers.Diagnostics
	for i, word := range words.AsValueSlice() {
		diags = append(diags, checkWord(path.IndexInt(i), word, i == 0)...)
	}
	return append(diags, checkEnv(v)...)
}

func checkWord(path cty.Path, word cty.Value, program bool) providers.Diagnostics {
	switch {
	case !word.IsKnown():
		return nil
	case program && word.AsString() == "":
		return providers.Errorf(path, "Missing program", "The program's name is empty: expected something like \"./check.sh\".")
	case strings.ContainsRune(word.AsString(), 0):
		return providers.Errorf(path, "Invalid argument", "An argument holds a zero byte, which no process can be given.")
	default:
		return nil
	}
}

func checkEnv(v schema.Values) (diags providers.Diagnostics) {
	env := v.StringMap("env")
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(env[name], 0) {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("env").IndexString(name), "Invalid environment variable",
				"%q cannot be set: a name may not be empty or hold \"=\", and neither name nor value a zero byte.", name)...)
		}
	}
	return diags
}

// commandSummary is the command as a shell would be given it, roughly: words
// with spaces stand in quotes.
func commandSummary(v schema.Values) string {
	words := v.Strings("command")
	if len(words) == 0 {
		return "a command that is not known yet, or sensitive"
	}
	for i, word := range words {
		if word == "" || strings.ContainsAny(word, " \t\n\"'") {
			words[i] = strconv.Quote(word)
		}
	}
	return strings.Join(words, " ")
}

// newCommand reads commandAttributes, wholly known and checked. The variables
// of extra outrank the configured ones.
func newCommand(v schema.Values, base string, extra map[string]string) command {
	words := v.Strings("command")
	c := command{program: words[0], args: words[1:], dir: probing.Path(base, v.String("dir"))}
	if strings.ContainsRune(c.program, filepath.Separator) {
		c.program = absolute(probing.Path(base, c.program))
	}
	c.env = append(inherited(), pairs(v.StringMap("env"))...)
	c.env = append(c.env, pairs(extra)...)
	return c
}

// inherited is gameday's own environment without the values of variables: some
// may be secrets that the command has no business with. What it needs is given
// to it in env.
func inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "GAMEDAY_VAR_") })
}

// absolute keeps a relative program from being looked for in the directory that
// the command runs in.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

func pairs(env map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}
