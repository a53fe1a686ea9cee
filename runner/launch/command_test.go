package launch_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/runner/launch"
)

func TestCommand(t *testing.T) {
	for want, c := range map[string]struct {
		dir  string
		args []string
	}{
		"gameday recover 01A":                       {"", []string{"recover", "01A"}},
		"gameday -chdir lab recover 01A":            {"lab", []string{"recover", "01A"}},
		"gameday -chdir ../läb/v1 recover 01A":      {"../läb/v1", []string{"recover", "01A"}},
		"gameday -chdir 'my lab' apply 'a;b'":       {"my lab", []string{"apply", "a;b"}},
		`gameday -chdir 'it'\''s' apply '$HOME' ''`: {"it's", []string{"apply", "$HOME", ""}},
	} {
		assert.Equal(t, want, launch.Command(c.dir, c.args...))
	}
}
