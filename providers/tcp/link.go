package tcp

import (
	"net"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
)

// onLink refuses a probe that cannot fail: on a link gameday itself accepts every
// connection, before it connects to what is behind it and whatever a fault does to
// the link. Only an answer comes from there, or a TLS handshake. Addresses of links
// are known once the environment is up, so that this can't be found earlier.
func (p *prober) onLink(req providers.OpenRequest) providers.Diagnostics {
	link := linkAt(req.Environment.Outputs, p.address)
	if link == "" || p.expect != nil || req.Config.Has("tls") {
		return nil
	}
	return providers.Errorf(cty.GetAttrPath("address"), "A probe that cannot fail",
		"%s is the address of the link %q. There gameday itself accepts every connection, also while a fault cuts the link off, so that to be "+
			"connected says nothing of what is behind it. Say with expect what it answers (and with send what it is asked), or name the "+
			"address of the process itself.", p.address, link)
}

// linkAt is the name of the link that listens at an address, by the outputs of the
// environment: link.NAME.address. It is empty where none does.
func linkAt(outputs cty.Value, address string) string {
	links := attribute(outputs, "link")
	if !listed(links) {
		return ""
	}
	for name, link := range links.AsValueMap() {
		at := attribute(link, "address")
		if at.IsKnown() && !at.IsNull() && at.Type() == cty.String && endpoint(at.AsString()) == endpoint(address) {
			return name
		}
	}
	return ""
}

// endpoint is an address in the form that addresses of links have.
func endpoint(address string) string {
	if host, port, err := net.SplitHostPort(address); err == nil && host == "localhost" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// attribute is a part of an object, null where it has none of that name.
func attribute(v cty.Value, name string) cty.Value {
	if !listed(v) || !v.Type().HasAttribute(name) {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return v.GetAttr(name)
}

// listed reports whether a value is an object whose attributes can be read.
func listed(v cty.Value) bool {
	return v != cty.NilVal && v.Type().IsObjectType() && v.IsKnown() && !v.IsNull()
}
