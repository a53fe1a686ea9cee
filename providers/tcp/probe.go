package tcp

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/probing"
	"github.com/gameday-dev/gameday/providers/schema"
)

// probe is the probe "tcp".
type probe struct{}

var (
	_ providers.Probe        = probe{}
	_ providers.WithValidate = probe{}
	_ providers.WithSummary  = probe{}
)

// TypeName implements providers.Type.
func (probe) TypeName() string { return "tcp" }

// Schema implements providers.Type.
func (probe) Schema() *schema.Block {
	text := schema.Type{Kind: schema.String}
	return &schema.Block{
		Description: "Connects anew for each sample, sends something if told to, and waits for an answer if told what to expect. " +
			"Without expect a sample is OK once the connection (and the TLS handshake, with a tls block) stands and everything is sent. " +
			"That says nothing on a link, where gameday itself accepts every connection: there, expect or a tls block is needed. " +
			"`last` offers response (what was read, at most 64 KiB) and bytes (its length).",
		Attributes: []schema.Attribute{
			{
				Name: "address", Type: text, Required: true, Example: `"redis.shop.svc:6379"`,
				Description: "Host and port to connect to; an IPv6 address stands in brackets.",
			},
			{
				Name: "send", Type: text, Example: `"PING\r\n"`,
				Description: "What to send once connected, as it is.",
			},
			{
				Name: "expect", Type: text, Example: `"^\\+PONG"`,
				Description: "A regular expression (RE2) that must match in the first 64 KiB of the answer. The sample ends as soon as it does.",
			},
		},
		Blocks: []schema.NestedBlock{probing.TLSBlock()},
	}
}

// SampleType implements providers.Probe.
func (probe) SampleType() cty.Type {
	return cty.Object(map[string]cty.Type{"response": cty.String, "bytes": cty.Number})
}

// Validate implements providers.WithValidate.
func (probe) Validate(_ context.Context, v schema.Values) providers.Diagnostics {
	_, diags := read(v)
	return append(diags, probing.ValidateTLS(v)...)
}

// Summary implements providers.WithSummary.
func (probe) Summary(v schema.Values) string {
	if v.Has("tls") {
		return "connect to " + v.String("address") + " with TLS"
	}
	return "connect to " + v.String("address")
}

// Open implements providers.Probe.
func (probe) Open(_ context.Context, req providers.OpenRequest) (providers.Prober, providers.Diagnostics) {
	p, diags := read(req.Config)
	config, problems := probing.TLSConfig(req.Config, req.Dir)
	if diags = append(diags, problems...); diags.HasErrors() {
		return nil, diags
	}
	if diags = append(diags, p.onLink(req)...); diags.HasErrors() {
		return nil, diags
	}
	p.timeout, p.dial = req.Timeout, (&net.Dialer{}).DialContext
	if req.Config.Has("tls") {
		p.dial = (&tls.Dialer{Config: config}).DialContext
	}
	return p, diags
}

// read is everything of a prober that needs no file.
func read(v schema.Values) (*prober, providers.Diagnostics) {
	expect, diags := probing.Pattern(v, nil, "expect")
	p := &prober{address: v.String("address"), send: v.String("send"), expect: expect}
	if v.Known("address") && !dialable(p.address) {
		diags = append(diags, providers.Errorf(cty.GetAttrPath("address"), "Invalid address",
			"%q cannot be connected to: expected a host and a port, such as \"redis:6379\" or \"[::1]:6379\".", p.address)...)
	}
	return p, diags
}

func dialable(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}
