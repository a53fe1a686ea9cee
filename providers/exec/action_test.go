package exec_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing/bodytest"
)

func act(ctx context.Context, t *testing.T, dir, body string) (providers.ActionResult, error) {
	t.Helper()
	return actBy(ctx, t, actionType(), dir, body)
}

// actBy is act by an action that may be in another process.
func actBy(ctx context.Context, t *testing.T, action providers.Action, dir, body string) (providers.ActionResult, error) {
	t.Helper()
	return action.Run(ctx, providers.ActionRequest{
		Config: bodytest.Decode(t, actionType().Schema(), body), Dir: dir, Env: map[string]string{"GAMEDAY_RUN": "run-7"},
	})
}

func TestAnActionThatWorks(t *testing.T) {
	dir := script(t, "flush.sh", `echo "flushed for $GAMEDAY_RUN"; echo noise >&2`)
	result, err := act(t.Context(), t, dir, `command = ["./flush.sh"]`)
	require.NoError(t, err)
	assert.Equal(t, "flush.sh: exit code 0", result.Summary)
	assert.Equal(t, "flushed for run-7\nnoise\n", result.Output)
}

func TestAnActionThatFails(t *testing.T) {
	result, err := act(t.Context(), t, "", sh("echo begin; echo cache is locked >&2; exit 4"))
	require.EqualError(t, err, "sh: exit code 4: cache is locked")
	assert.Equal(t, "begin\ncache is locked\n", result.Output)

	_, err = act(t.Context(), t, "", sh("kill -KILL $$"))
	require.EqualError(t, err, "sh: ended by killed")
	_, err = act(t.Context(), t, t.TempDir(), `command = ["./missing.sh"]`)
	require.ErrorContains(t, err, "cannot start the program")
	_, err = act(t.Context(), t, "", `command = []`)
	require.ErrorContains(t, err, "Missing program")
}

func TestAnActionIsKilledWithItsGroupAtTheTimeout(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	result, err := act(ctx, t, dir, sh("sleep 1000 & echo $! > pid; echo waiting; wait"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "sh did not end in time and was killed")
	assert.Equal(t, "waiting\n", result.Output)
	gone(t, read(t, filepath.Join(dir, "pid")))
}

func TestWhatAnActionStartsGoesOn(t *testing.T) {
	dir := t.TempDir()
	_, err := act(t.Context(), t, dir, sh("sh -c 'while [ ! -e stop ]; do sleep 0.01; done; echo done > end' >/dev/null 2>&1 & echo $! > pid"))
	require.NoError(t, err)
	_, err = act(t.Context(), t, dir, sh("touch stop"))
	require.NoError(t, err)
	gone(t, read(t, filepath.Join(dir, "pid")))
	assert.Equal(t, "done", read(t, filepath.Join(dir, "end")), "it ended by itself")
}

func TestTheEndOfTheOutputIsKept(t *testing.T) {
	result, err := act(t.Context(), t, "", sh("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo end"))
	require.NoError(t, err)
	assert.Len(t, strings.TrimPrefix(result.Output, "…x"), 16<<10-1, "and a mark says that it is not all")
	assert.True(t, strings.HasSuffix(result.Output, "x\nend\n"))
}

func TestSummary(t *testing.T) {
	for body, want := range map[string]string{
		`command = ["./check.sh", "--quick"]`:  "./check.sh --quick",
		`command = ["sh", "-c", "exit 1", ""]`: `sh -c "exit 1" ""`,
		`command = ["say", "a \"word\""]`:      `say "a \"word\""`,
		`command = unknown`:                    "a command that is not known yet, or sensitive",
	} {
		bodytest.Summarized(t, actionType(), body, want)
		bodytest.Summarized(t, probeType(), body, want)
	}
}
