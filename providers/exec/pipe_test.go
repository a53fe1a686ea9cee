package exec

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOutputIsThereHoweverLateItIsRead: on a busy machine the time to wait for those who hold the pipe was over before
// anything was read.
func TestOutputIsThereHoweverLateItIsRead(t *testing.T) {
	text := strings.Repeat("x", 60<<10)
	var got bytes.Buffer
	p, err := newPipe(&got)
	require.NoError(t, err)
	holder, err := os.OpenFile(fmt.Sprintf("/dev/fd/%d", p.write.Fd()), os.O_WRONLY, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, holder.Close()) }()
	_, err = p.write.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, p.read.SetReadDeadline(time.Unix(1, 0)))
	p.follow()
	<-p.done
	assert.Empty(t, got.String(), "its time was over")
	p.finish(time.Now())
	assert.Equal(t, text, got.String())
}
