package prober

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/inside/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// nothing is a runner that does nothing until it is told to end.
type nothing struct{ closed bool }

func (*nothing) run(ctx context.Context, _ wire.Start, _ *stream) error { <-ctx.Done(); return nil }
func (n *nothing) close()                                               { n.closed = true }

func sampleOf(due time.Duration, size int) wire.Sample {
	return wire.Sample{Due: due, OK: true, Fields: map[string]json.RawMessage{"body": json.RawMessage(`"` + strings.Repeat("x", size) + due.String() + `"`)}}
}

func TestAFullBufferDropsTheOldestAndSaysSo(t *testing.T) {
	st := newStream("1", time.Now(), &nothing{})
	const n, size = 100, 1 << 20
	for i := range n {
		at := st.began.Add(time.Duration(i) * time.Second)
		st.due(at, at.Add(time.Second))
		st.done(sampleOf(time.Duration(i)*time.Second, size))
	}
	assert.LessOrEqual(t, st.kept, keepBytes)
	kept, dropped := 0, 0
	all := st.after(0)
	for i, d := range all {
		kept += len(d.Samples)
		if d.Dropped != nil {
			require.Zero(t, i, "only the oldest that is left speaks of them")
			dropped = d.Dropped.Samples
			assert.Zero(t, d.Dropped.From)
			assert.Equal(t, d.Samples[0].Due-time.Second, d.Dropped.To)
		}
	}
	assert.Equal(t, n, kept+dropped)
	assert.Greater(t, kept, 15)
	assert.Equal(t, n*time.Second, all[len(all)-1].Complete)

	st.acknowledge(all[len(all)-1].Seq)
	assert.Empty(t, st.after(all[len(all)-1].Seq))
	assert.Zero(t, st.kept)
}

func TestWhatIsTheSameIsKeptOnce(t *testing.T) {
	st := newStream("1", time.Now(), &nothing{})
	for i := range 1000 {
		s := sampleOf(0, 64<<10)
		s.Due = time.Duration(i)
		st.done(s)
	}
	assert.Less(t, st.kept, 1<<20)
}

func TestOnlyWhatIsOverAndDeliveredIsForgotten(t *testing.T) {
	st := newStream("1", time.Now(), &nothing{})
	assert.False(t, st.delivered())
	st.stop()
	all := st.after(0)
	require.Len(t, all, 1)
	require.NotNil(t, all[0].Ended)
	assert.False(t, st.delivered(), "its end was not acknowledged")
	st.acknowledge(all[0].Seq)
	assert.True(t, st.delivered())
}

func TestAProberEndsWhenNobodyComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := &silent{closed: make(chan struct{})}
		set, err := providers.NewSet()
		require.NoError(t, err)
		began := time.Now()
		require.NoError(t, New(set).Serve(t.Context(), listener, time.Minute))
		assert.WithinDuration(t, began.Add(time.Minute), time.Now(), 10*time.Second)
	})
}

// silent is a listener to which nobody comes.
type silent struct{ closed chan struct{} }

func (s *silent) Accept() (net.Conn, error) { <-s.closed; return nil, net.ErrClosed }
func (s *silent) Close() error              { close(s.closed); return nil }
func (s *silent) Addr() net.Addr            { return &net.UnixAddr{} }

func TestFilesAreUnpackedIntoTheirFolderOnly(t *testing.T) {
	dir, err := unpack(map[string][]byte{"0.pem": []byte("key")})
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(dir, "0.pem"))
	require.NoError(t, err)
	assert.Equal(t, "key", string(data))
	require.NoError(t, discard(dir))
	assert.NoDirExists(t, dir)

	_, err = unpack(map[string][]byte{"../0.pem": nil})
	require.ErrorContains(t, err, "leads out of the folder")
}

func TestTheRoleRefusesWrongArguments(t *testing.T) {
	var stderr bytes.Buffer
	set, err := providers.NewSet()
	require.NoError(t, err)
	assert.Equal(t, 2, Main(set, []string{"-nonsense"}, &stderr))
	assert.Contains(t, stderr.String(), "nonsense")

	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	addr, ok := taken.Addr().(*net.TCPAddr)
	require.True(t, ok)
	err = listen(t.Context(), set, addr.Port, time.Minute)
	require.Error(t, err)
}
