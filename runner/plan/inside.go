package plan

import (
	"context"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/schema/resolve"
)

// insideFindings asks the environments inside which probes and loads would run
// whether this user may let them.
func (b *builder) insideFindings(ctx context.Context) []Finding {
	states := b.states()
	var out []Finding
	for _, e := range b.needed() {
		place, ok := providers.As[providers.WithInsideAccess](e.Type)
		if !ok || !b.measuresInside(e.Addr.String()) {
			continue
		}
		held, err := place.CheckInside(ctx, states[e.Addr.String()])
		out = append(out, missingInside(e, held, err)...)
	}
	return out
}

// measuresInside reports whether a chosen experiment runs something inside.
func (b *builder) measuresInside(environment string) bool {
	for _, x := range b.chosen.experiments {
		if x.Environment == environment && x.RunsInside() {
			return true
		}
	}
	return false
}

func missingInside(e *resolve.Environment, held []providers.Permission, err error) []Finding {
	at := Finding{Severity: SeverityError, Kind: KindPermission, Subject: e.Addr.String(), Source: source(e.Config.DeclRange)}
	if err != nil {
		at.Severity, at.Summary, at.Detail = SeverityWarning, "Permissions are not known", "Whether probes can run inside was not to be found out: "+err.Error()+"."
		return []Finding{at}
	}
	var out []Finding
	for _, p := range held {
		if !p.Held {
			at.Summary, at.Detail = "Missing permission: "+p.Action, p.Detail
			out = append(out, at)
		}
	}
	return out
}
