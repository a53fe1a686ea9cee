package faultproxy

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tracked sends requests along a track, on which rules ask for /down.
func tracked(p string) (t *track, talk *conversation, passed int) {
	t, talk = new(track), newConversation()
	talk.phase = following
	rules := []*activeRule{newActiveRule(Rule{Kind: HTTPStatus, Match: Match{Path: "/down"}}, new(tally))}
	return t, talk, t.requests([]byte(p), talk, rules, new(head))
}

func TestTrackStopsWhereMoreIsNeeded(t *testing.T) {
	const plain = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	const sized = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
	const chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
	for name, c := range map[string]struct{ passes, stops string }{
		"requests":        {plain + sized + chunked + plain, ""},
		"in a body":       {sized[:len(sized)-2], ""},
		"selected":        {plain + sized, "GET /down HTTP/1.1\r\n\r\n" + plain},
		"in a head":       {plain, plain[:10]},
		"another version": {plain, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
		"upgrade":         {plain, "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"},
		"expect":          {plain, "POST / HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"},
		"connect":         {plain, "CONNECT x:1 HTTP/1.1\r\n\r\n"},
		"bad chunk":       {strings.TrimSuffix(chunked, "5\r\nhello\r\n0\r\n\r\n"), "x\r\n"},
		"too many":        {strings.Repeat(plain, mostTracked), plain},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, passed := tracked(c.passes + c.stops)
			assert.Equal(t, len(c.passes), passed)
		})
	}
}

func TestTrackFollowsResponses(t *testing.T) {
	line, talk, _ := tracked("GET / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")
	const first, toHead = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
	const unasked = "HTTP/1.1 408 Timeout\r\n\r\n"
	for _, c := range []struct {
		text          string
		passes, waits int
	}{
		{first[:len(first)-2], len(first) - 2, 3},
		{first[len(first)-2:] + toHead, 2 + len(toHead), 1},
		{"HTTP/1.1 103 Early Hints\r\n\r\n", 0, 1},
		{"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n" + unasked, 48, 0},
	} {
		require.Equal(t, c.passes, line.responses([]byte(c.text), talk, new(head)), c.text)
		require.Equal(t, c.waits, talk.waiting(), c.text)
	}
}

// TestTrackTakesNoMemory: a message that passes costs one allocation, for the text of its head.
func TestTrackTakesNoMemory(t *testing.T) {
	line, talk, _ := tracked("")
	rules := []*activeRule{newActiveRule(Rule{Kind: HTTPStatus, Match: Match{Path: "/down"}}, new(tally))}
	request := []byte("GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n")
	response := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
	var h head
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		_ = line.requests(request, talk, rules, &h)
		_ = line.responses(response, talk, &h)
	}), 2.0)
}

// FuzzTrack: what a track lets pass are requests, as the standard library sees them too, and none
// that a rule selects.
func FuzzTrack(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /down HTTP/1.1\r\nHost: x\r\n\r\n")
	f.Add("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /")
	f.Add("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhello")
	f.Fuzz(func(t *testing.T, text string) {
		_, talk, passed := tracked(text)
		require.LessOrEqual(t, passed, len(text))
		from := bufio.NewReader(strings.NewReader(text[:passed]))
		for range talk.waiting() {
			theirs, err := http.ReadRequest(from)
			if err != nil {
				return // they also judge what framing does not depend on
			}
			require.NotEqual(t, "/down", theirs.URL.EscapedPath())
			if _, err := io.Copy(io.Discard, theirs.Body); err != nil {
				return
			}
		}
		rest, err := io.ReadAll(from)
		require.NoError(t, err)
		require.Empty(t, bytes.TrimSpace(rest), "nothing passes but requests")
	})
}
