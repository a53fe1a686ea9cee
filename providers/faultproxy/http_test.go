package faultproxy

import (
	"bufio"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStatusAnswersInTheUpstreamsPlace(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{
		ID: "down", Kind: HTTPStatus, Percent: 100, Status: 503, Body: "sorry",
		Match:           Match{Path: "/pay/*", Method: "GET"},
		ResponseHeaders: map[string]string{"Retry-After": "7"},
	})
	client := browser(t)
	response, err := client.Get("http://" + p.Addr() + "/pay/42?x=1")
	require.NoError(t, err)
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	require.Equal(t, 503, response.StatusCode)
	require.Equal(t, "sorry", string(body))
	require.Equal(t, "7", response.Header.Get("Retry-After"))
	require.Empty(t, response.Header.Get("X-Upstream"))

	status, text := fetch(t, client, "http://"+p.Addr()+"/pay/42/more")
	require.Equal(t, 200, status)
	require.Equal(t, "GET /pay/42/more ", text)
	require.Equal(t, []string{"GET /pay/42/more"}, w.requests())
	s := stats(t, p, "down")
	require.EqualValues(t, 1, s.Requests)
	require.EqualValues(t, 1, s.Matched)
}

func TestStatusTakesHoldOfAnIdleConnection(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	conn := dial(t, p.Addr())
	from := bufio.NewReader(conn)
	get := func() int {
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		status, _ := readResponse(t, from, "GET")
		return status
	}
	for range 3 {
		require.Equal(t, 200, get())
		put(t, p, Rule{ID: "down", Kind: HTTPStatus, Percent: 100, Status: 500})
		require.Equal(t, 500, get())
		require.Equal(t, 500, get())
		require.True(t, p.Remove("down"))
	}
	require.Equal(t, 200, get())
	require.Len(t, w.requests(), 4)
}

func TestShareOfRequestsIsExact(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{ID: "some", Kind: HTTPStatus, Percent: 10, Status: 500, Seed: 3})
	var workers sync.WaitGroup
	counts := make(chan int, 4)
	for range 4 {
		workers.Go(func() {
			client, n := browser(t), 0
			for range 250 {
				if status, _ := fetch(t, client, "http://"+p.Addr()+"/"); status == 500 {
					n++
				}
			}
			counts <- n
		})
	}
	workers.Wait()
	total := 0
	for range 4 {
		total += <-counts
	}
	require.Equal(t, 100, total)
	require.Len(t, w.requests(), 900)
}

func TestHTTPDelayHoldsOnlyWhatMatches(t *testing.T) {
	const latency = 60 * time.Millisecond
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: latency, Match: Match{Headers: map[string]string{"x-user": "vip*"}}})
	request, err := http.NewRequest(http.MethodGet, "http://"+p.Addr()+"/", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("X-User", "vip/7")
	client := browser(t)
	began := time.Now()
	response, err := client.Do(request)
	require.NoError(t, err)
	_ = response.Body.Close()
	require.GreaterOrEqual(t, time.Since(began), latency)
	status, _ := fetch(t, client, "http://"+p.Addr()+"/")
	require.Equal(t, 200, status)
	require.EqualValues(t, 1, stats(t, p, "slow").Requests)
}

func TestRemovedHTTPDelayLetsTheRequestGo(t *testing.T) {
	p := startProxy(t, startWeb(t).address)
	put(t, p, Rule{ID: "slow", Kind: HTTPDelay, Percent: 100, Latency: time.Hour})
	conn := dial(t, p.Addr())
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	eventually(t, func() bool { return stats(t, p, "slow").Requests == 1 }, "held")
	require.True(t, p.Remove("slow"))
	status, _ := readResponse(t, bufio.NewReader(conn), "GET")
	require.Equal(t, 200, status)
}

func TestAbortResetsInPlaceOfAnAnswer(t *testing.T) {
	w := startWeb(t)
	p := startProxy(t, w.address)
	put(t, p, Rule{ID: "abort", Kind: HTTPAbort, Percent: 100, Match: Match{Path: "/bad"}})
	conn := dial(t, p.Addr())
	from := bufio.NewReader(conn)
	_, err := io.WriteString(conn, "GET /good HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	status, _ := readResponse(t, from, "GET")
	require.Equal(t, 200, status)
	_, err = io.WriteString(conn, "GET /bad HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	_, err = from.ReadByte()
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.Equal(t, []string{"GET /good"}, w.requests())
}
