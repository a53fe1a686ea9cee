package http

import (
	"testing"

	"github.com/gameday-dev/gameday/providers/probing/bodytest"
)

func TestProbeSummary(t *testing.T) {
	for body, want := range map[string]string{
		`url = "http://shop/healthz"`:                       "GET http://shop/healthz",
		"url = \"http://shop/\"\nmethod = \"PUT\"":          "PUT http://shop/",
		"url = \"http://shop/\"\nmethod = unknown":          "a request to http://shop/",
		`url = "https://me:pw@shop:1/a@b:c"`:                "GET https://me:…@shop:1/a@b:c",
		`url = "https://me@shop?x"`:                         "GET https://me@shop?x",
		`url = "http://u:p@$${environment.x.address.http}"`: "GET http://u:…@${environment.x.address.http}",
	} {
		bodytest.Summarized(t, probe{}, body, want)
	}
}

func TestLoadSummary(t *testing.T) {
	const url = "url = \"http://shop/\"\n"
	for body, want := range map[string]string{
		"rate = 40":      "GET http://shop/, 40 requests a second",
		"rate = 0.5":     "GET http://shop/, 0.5 requests a second",
		"rate = unknown": "GET http://shop/, at a rate that is not known yet",
		"stage {\n rate = 10\n duration = \"30s\"\n}\nstage { rate = 40 }":      "GET http://shop/, 10 for 30s, then 40 requests a second",
		"stage {\n rate = unknown\n duration = \"30s\"\n}\nstage { rate = 40 }": "GET http://shop/, ? for 30s, then 40 requests a second",
	} {
		bodytest.Summarized(t, load{}, url+body, want)
	}
	many := url
	for range 5 {
		many += "stage {\n rate = 7\n duration = \"1s\"\n}\n"
	}
	bodytest.Summarized(t, load{}, many, "GET http://shop/, in 5 stages, up to 7 requests a second")
}
