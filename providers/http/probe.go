package http

import (
	"context"
	"net/http"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// idleConnections is how many connections a probe keeps: one for each sample in
// flight while answers are slow.
const idleConnections = 32

// probe is the probe "http".
type probe struct{}

var (
	_ providers.Probe        = probe{}
	_ providers.WithValidate = probe{}
	_ providers.WithSummary  = probe{}
)

// TypeName implements providers.Type.
func (probe) TypeName() string { return "http" }

// Schema implements providers.Type.
func (probe) Schema() *schema.Block {
	return &schema.Block{
		Description: "Requests a URL and judges the answer. A sample is OK when the answer came whole, in time and as expected. " +
			"`last` offers status, headers (names in lower case), body (its first 64 KiB), json (the body decoded; null when it is not JSON " +
			"or longer than that) and bytes (the length of the body).",
		Attributes: append(requestAttributes(), probing.ValueAttributes("the body")...),
		Blocks:     []schema.NestedBlock{expectBlock(), probing.TLSBlock()},
		Exclusive:  [][]string{probing.ValueExclusive()},
	}
}

// SampleType implements providers.Probe.
func (probe) SampleType() cty.Type { return fieldTypes() }

// Validate implements providers.WithValidate.
func (probe) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	_, diags := read(v)
	return append(diags, probing.ValidateTLS(v)...)
}

// Summary implements providers.WithSummary.
func (probe) Summary(v schema.Values) string { return requestSummary(v) }

// Open implements providers.Probe.
func (probe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	p, diags := read(req.Config)
	client, problems := newClient(req.Config, req.Dir, idleConnections)
	if diags = append(diags, problems...); diags.HasErrors() {
		return nil, diags
	}
	p.client, p.timeout = client, req.Timeout
	return p, diags
}

// prober takes samples of one URL.
type prober struct {
	request *template
	expect  *expectation
	value   probing.Reader
	client  *http.Client
	timeout time.Duration
	pages   pages
}

// read is everything of a prober that needs no file.
func read(v schema.Values) (*prober, providers.Diagnostics) {
	request, diags := newTemplate(v)
	expect, problems := newExpectation(v)
	diags = append(diags, problems...)
	value, problems := probing.NewReader(v)
	return &prober{request: request, expect: expect, value: value}, append(diags, problems...)
}

// Sample implements providers.Prober.
func (p *prober) Sample(ctx context.Context) providers.Sample {
	response, err := p.client.Do(p.request.new(ctx))
	if err != nil {
		return providers.Sample{Lost: probing.Own(err), Error: probing.Explain(ctx, err, p.timeout)}
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := p.pages.read(response)
	if err != nil {
		return providers.Sample{Error: "the answer broke off: " + probing.Explain(ctx, err, p.timeout)}
	}
	return p.judge(ctx, answer)
}

func (p *prober) judge(ctx context.Context, a *answer) providers.Sample {
	sample := providers.Sample{OK: true, Fields: a.fields()}
	err := p.expect.check(ctx, a)
	if err == nil {
		sample.Value, err = p.value.Read(ctx, []byte(a.page.text))
	}
	if err != nil {
		sample.OK, sample.Error = false, err.Error()
	}
	return sample
}

// Close implements providers.Prober.
func (p *prober) Close() error {
	p.client.CloseIdleConnections()
	return nil
}
