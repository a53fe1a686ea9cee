package console_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report/console"
)

// playLive gives the events to a live console as time passes, inside a synctest
// bubble, and calls look after each.
func playLive(t *testing.T, events []event.Event, screen *screen, look func(event.Event)) {
	t.Helper()
	started := time.Now()
	clock := func() time.Time { return eventtest.Start().Add(time.Since(started)) }
	c := console.New(console.Options{Out: screen, Live: true, Now: clock, Size: screen.Size})
	for _, e := range events {
		time.Sleep(e.Time.Sub(clock()))
		synctest.Wait()
		c.Emit(e)
		look(e)
	}
	require.NoError(t, c.Close())
	synctest.Wait()
}

func TestLiveFrames(t *testing.T) {
	for _, name := range []string{"failed", "parallel", "aborted"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				screen := newScreen(100, 30)
				var frames strings.Builder
				playLive(t, eventtest.Scenario(t, name), screen, func(e event.Event) {
					switch e.Body.(type) {
					case event.Progress, event.EnvironmentProgress, event.Interrupted:
						fmt.Fprintf(&frames, "=== after event %d, %s\n%s", e.Seq, e.Body.Kind(), screen.Text())
					}
				})
				fmt.Fprintf(&frames, "=== at the end\n%s", screen.Text())
				eventtest.Golden(t, *update, name+".live.txt", []byte(frames.String()))
			})
		})
	}
}

// TestLiveLeavesNoGarbage holds the end of the screen, with everything that has
// scrolled off, against the plain lines: not a character more may stay, on any
// width, also when the window is made narrower on the way.
func TestLiveLeavesNoGarbage(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		for _, width := range []int{200, 60, 33} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					events := eventtest.Scenario(t, name)
					screen := newScreen(width, 24)
					playLive(t, events, screen, func(event.Event) {})
					want := wrap(string(plain(t, events, console.Options{})), width)
					assert.Equal(t, want, screen.Text())
					assert.True(t, screen.cursor, "the cursor is given back")
				})
			})
		}
	}
}

func TestLiveRedrawsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := newScreen(100, 30)
		events := eventtest.Scenario(t, "passed")[:8] // 1 s into the baseline, 3 s long
		started := time.Now()
		clock := func() time.Time { return events[7].Time.Add(time.Since(started)) }
		c := console.New(console.Options{Out: screen, Live: true, Now: clock, Size: screen.Size})
		eventtest.Play(events, c)
		assert.Contains(t, screen.Text(), "2.0 s left")
		assert.False(t, screen.cursor)
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		assert.Contains(t, screen.Text(), "1.0 s left")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		assert.Contains(t, screen.Text(), "any moment")
		require.NoError(t, c.Close())
		assert.True(t, screen.cursor)
		assert.NotContains(t, screen.Text(), "█")
	})
}

func TestLiveBlockFitsTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := newScreen(40, 6)
		var script strings.Builder
		for i := range 10 {
			fmt.Fprintf(&script, `{"at":0,"type":"experiment_started","experiment":"experiment.number_%d"}`+"\n", i)
		}
		events := eventtest.Parse(t, []byte(script.String()))
		playLive(t, events, screen, func(e event.Event) {
			if e.Seq == 10 {
				assert.Contains(t, screen.Text(), "… and 7 more lines")
			}
		})
		assert.Equal(t, wrap(string(plain(t, events, console.Options{})), 40), screen.Text())
	})
}

// screen is as much of a terminal as the console uses. What scrolls off the top
// stays in Text.
type screen struct {
	mu            sync.Mutex
	width, height int
	rows          [][]rune
	row, column   int
	cursor        bool // shown
}

func newScreen(width, height int) *screen {
	return &screen{width: width, height: height, rows: [][]rune{nil}, cursor: true}
}

func (s *screen) Size() (int, int) { return s.width, s.height }

// Text is every row, without trailing blanks, and without empty rows at the end.
func (s *screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, row := range s.rows {
		lines = append(lines, strings.TrimRight(string(row), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := []rune(string(text))
	for len(rest) > 0 {
		rest = rest[s.eat(rest):]
	}
	return len(text), nil
}

func (s *screen) eat(rest []rune) int {
	switch rest[0] {
	case '\n':
		s.row, s.column = s.row+1, 0
		s.grow()
	case '\r':
		s.column = 0
	case '\x1b':
		return s.escape(rest)
	default:
		s.put(rest[0])
	}
	return 1
}

func (s *screen) grow() {
	for len(s.rows) <= s.row {
		s.rows = append(s.rows, nil)
	}
}

// put wraps as terminals do: not before one more character comes.
func (s *screen) put(r rune) {
	if s.column == s.width {
		s.row, s.column = s.row+1, 0
		s.grow()
	}
	for len(s.rows[s.row]) <= s.column {
		s.rows[s.row] = append(s.rows[s.row], ' ')
	}
	s.rows[s.row][s.column] = r
	s.column++
}

func (s *screen) escape(rest []rune) int {
	end := 2
	for !strings.ContainsRune("AJKhlm", rest[end]) {
		end++
	}
	argument := string(rest[2:end])
	switch rest[end] {
	case 'A':
		var up int
		_, _ = fmt.Sscan(argument, &up)
		s.row = max(s.row-up, 0, len(s.rows)-s.height) // a terminal cannot go to what has scrolled off
	case 'J':
		s.rows = append(s.rows[:s.row:s.row], s.rows[s.row][:min(s.column, len(s.rows[s.row]))])
	case 'K':
		s.rows[s.row] = s.rows[s.row][:min(s.column, len(s.rows[s.row]))]
	case 'h', 'l':
		s.cursor = rest[end] == 'h'
	}
	return end + 1
}

// wrap breaks lines as the screen does.
func wrap(text string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		runes := []rune(line)
		for len(runes) > width {
			lines = append(lines, strings.TrimRight(string(runes[:width]), " "))
			runes = runes[width:]
		}
		lines = append(lines, strings.TrimRight(string(runes), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}
