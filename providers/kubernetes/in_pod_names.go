package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers/dnsfault"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/task"
	"github.com/gameday-dev/gameday/providers/schema"
)

// nameFault is an inPod that answers questions for names, by one rule.
func nameFault(name, doc string, own []schema.Attribute, effect func(schema.Values) string, rule func(schema.Values) dnsfault.Rule) inPod {
	attributes := []schema.Attribute{
		{Name: "patterns", Type: texts(), Required: true, Example: `["payments.shop.**"]`, Description: "Which names: * within a label, ** across labels. They are compared with what is asked, which a pod's search list has completed: \"payments.shop.**\" is every completion of payments.shop."},
		percentOf("the matching questions"),
	}
	return inPod{
		name: name, doc: doc, attributes: append(attributes, own...), profile: resident.Network, engine: task.NamesEngine,
		spec: func(_ context.Context, at site) (spec, error) {
			r := rule(at.config)
			r.ID, r.Patterns, r.Percent = name, at.config.Strings("patterns"), at.config.Float("percent")
			return task.Names{Rules: []dnsfault.Rule{r}, Seed: at.seed}, nil
		},
		effect: func(v schema.Values) string {
			return fmt.Sprintf("%s %g %% of the questions for %s", effect(v), v.Float("percent"), strings.Join(v.Strings("patterns"), ", "))
		},
		radius: func(planning) []string {
			return []string{"all questions to the pod's resolvers pass the agent while the fault lasts; names that a process remembers stay as they are"}
		},
	}
}

func dnsError() inPod {
	codes := []string{string(dnsfault.ServFail), string(dnsfault.NXDomain), string(dnsfault.Refused), string(dnsfault.Timeout)}
	return nameFault("kubernetes_dns_error", "Makes look-ups of names in pods fail, over UDP and TCP.",
		[]schema.Attribute{{
			Name: "rcode", Type: text(), Default: cty.StringVal(codes[0]), OneOf: codes,
			Description: "What is answered; timeout answers nothing.",
		}},
		func(v schema.Values) string { return "answers with " + v.String("rcode") },
		func(v schema.Values) dnsfault.Rule {
			return dnsfault.Rule{Kind: dnsfault.Error, RCode: dnsfault.RCode(v.String("rcode"))}
		})
}

func dnsSpoof() inPod {
	return nameFault("kubernetes_dns_spoof", "Makes names in pods resolve to something else, over UDP and TCP.",
		[]schema.Attribute{
			{Name: "addresses", Type: texts(), Example: `["192.0.2.1"]`, Description: "IPv4 and IPv6 addresses that all matching names resolve to."},
			{Name: "records", Type: texts(), Example: `["@ 5 IN MX 10 mail.example.com."]`, Description: "Records as zone files have them; the owner @ stands for every matching name."},
			{Name: "ttl", Type: duration(), Default: cty.StringVal("0s"), Description: "How long answers may be remembered, in whole seconds. Never beyond the fault's deadline."},
		},
		func(v schema.Values) string {
			return "answers with " + strings.Join(append(v.Strings("addresses"), v.Strings("records")...), ", ")
		},
		func(v schema.Values) dnsfault.Rule {
			r := dnsfault.Rule{Kind: dnsfault.Spoof, Records: v.Strings("records"), TTL: uint32(v.Duration("ttl").Seconds())}
			if addresses := v.Strings("addresses"); len(addresses) > 0 {
				r.Addresses = map[string][]string{"@": addresses}
			}
			return r
		})
}
