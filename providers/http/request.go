package http

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/net/http/httpguts"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/schema"
)

// requestAttributes describe a request and the connections it is sent on.
func requestAttributes() []schema.Attribute {
	text, boolean := schema.Type{Kind: schema.String}, schema.Type{Kind: schema.Bool}
	return []schema.Attribute{
		{
			Name: "url", Type: text, Required: true, Example: `"http://checkout.shop.svc:8080/healthz"`,
			Description: "The absolute URL to request, http or https. It is requested directly: proxies of the environment are not used.",
		},
		{
			Name: "method", Type: text, Default: cty.StringVal(http.MethodGet), Example: `"POST"`,
			Description: "The request's method.",
		},
		{
			Name: "headers", Type: schema.Type{Kind: schema.String, Of: schema.MapOf}, Sensitive: true,
			Example:     `{ Accept = "application/json", Authorization = "Bearer ${var.token}" }`,
			Description: "Headers to send, one value each. Host sets the host that is asked for.",
		},
		{
			Name: "body", Type: text, Example: `jsonencode({ item = 7 })`,
			Description: "The request's body, sent as it is. Set the header Content-Type when the server wants one.",
		},
		{
			Name: "follow_redirects", Type: boolean, Default: cty.True, Example: "false",
			Description: "Whether to follow redirects, at most 10, and judge the answer at their end.",
		},
		{
			Name: "keep_alive", Type: boolean, Default: cty.True, Example: "false",
			Description: "Whether to keep connections for further requests. When kept, a GET or HEAD on a kept connection that turns out broken " +
				"is sent again on a new one, as browsers and most services do; without, every request pays for a connection and sees each broken one.",
		},
	}
}

// template is a request, to be sent again and again.
type template struct {
	url     *url.URL
	method  string
	headers http.Header
	host    string // empty for the URL's
	body    string
}

// newTemplate reads requestAttributes. What is not known yet is left out.
func newTemplate(v schema.Values) (*template, providers.Diagnostics) {
	t := &template{method: v.String("method"), headers: http.Header{}, body: v.String("body")}
	diags := t.readURL(v)
	if v.Known("method") && !httpguts.ValidHeaderFieldName(t.method) {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("method"), "Invalid method",
			"%q is not an HTTP method: expected a word such as GET or POST.", t.method)...)
	}
	return t, append(diags, t.readHeaders(v.StringMap("headers"))...)
}

func (t *template) readURL(v schema.Values) providers.Diagnostics {
	if !v.Known("url") {
		return nil
	}
	parsed, err := url.Parse(v.String("url"))
	var problem string
	var broken *url.Error
	switch {
	case errors.As(err, &broken):
		problem = broken.Err.Error() // without the URL, which may hold a password
	case parsed.Scheme != "http" && parsed.Scheme != "https":
		problem = "it does not start with http:// or https://"
	case parsed.Hostname() == "":
		problem = "it names no host"
	}
	if problem != "" {
		return providers.Errorf(cty.GetAttrPath("url"), "Invalid URL",
			"The URL cannot be requested: %s. Expected something like \"http://checkout:8080/healthz\".", problem)
	}
	t.url = parsed
	return nil
}

// readHeaders never names a header's value, which may be a secret.
func (t *template) readHeaders(given map[string]string) (diags providers.Diagnostics) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(given[name]) {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("headers").IndexString(name), "Invalid header",
				"The header %q cannot be sent: its name may hold letters, digits and dashes, its value no line breaks.", name)...)
			continue
		}
		if strings.EqualFold(name, "Host") {
			t.host = given[name]
			continue
		}
		t.headers.Set(name, given[name])
	}
	return diags
}

// new makes the next request. Headers are copied, because redirects add to them.
func (t *template) new(ctx context.Context) *http.Request {
	request := &http.Request{
		Method: t.method, URL: t.url, Host: t.host, Header: t.headers.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody,
	}
	if t.body != "" {
		request.ContentLength = int64(len(t.body))
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(t.body)), nil }
		request.Body, _ = request.GetBody()
	}
	return request.WithContext(ctx)
}
