package http

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gameday-dev/gameday/providers/schema"
)

// requestSummary is "POST http://shop:8080/buy".
func requestSummary(v schema.Values) string {
	method := v.String("method")
	if method == "" {
		method = "a request to"
	}
	return method + " " + withoutPassword(v.String("url"))
}

// withoutPassword hides the password in a URL, also in one that is not known yet
// and is source text, which package net/url could not parse.
func withoutPassword(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return text
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if at < 0 {
		return text
	}
	user, _, ok := strings.Cut(rest[:at], ":")
	if !ok {
		return text
	}
	return scheme + "://" + user + ":…" + rest[at:]
}

// mostStages is how many stages are told one by one.
const mostStages = 4

// paceSummary is "40 requests a second", or "10 for 30s, then 40 requests a
// second".
func paceSummary(v schema.Values) string {
	stages := v.Blocks("stage")
	switch {
	case len(stages) == 0 && v.Known("rate"):
		return rateText(v) + " requests a second"
	case len(stages) == 0:
		return "at a rate that is not known yet"
	case len(stages) > mostStages:
		return fmt.Sprintf("in %d stages, up to %s requests a second", len(stages), number(highest(stages)))
	}
	var parts []string
	for i, stage := range stages {
		part := rateText(stage)
		if i < len(stages)-1 {
			part += " for " + stage.String("duration")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", then ") + " requests a second"
}

func rateText(v schema.Values) string {
	if !v.Known("rate") {
		return "?"
	}
	return number(v.Float("rate"))
}

func highest(stages []schema.Values) float64 {
	var most float64
	for _, stage := range stages {
		most = max(most, stage.Float("rate"))
	}
	return most
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
