package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// clock compares the clock of a server, by the Date of its answers, with that of this process: meter clock URL SECONDS. It fails
// when the server's is not ahead by that much, or behind, for negative seconds.
func clock(ctx context.Context, args []string) (any, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("expected the URL of a server and seconds, found %d arguments", len(args))
	}
	ahead, err := strconv.Atoi(args[1])
	if err != nil {
		return nil, fmt.Errorf("seconds: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, args[0], http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	told, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return nil, fmt.Errorf("the server's Date: %w", err)
	}
	off := time.Until(told).Seconds()
	if ahead > 0 && off < float64(ahead) || ahead < 0 && off > float64(ahead) {
		return nil, fmt.Errorf("the server's clock is off by %.1f s, expected %d", off, ahead)
	}
	return map[string]float64{"off_s": off}, nil
}
