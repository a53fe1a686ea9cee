package convert

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
)

// Diagnostics are problems on the wire.
func Diagnostics(diags providers.Diagnostics) []*wire.Diagnostic {
	return all(diags, func(d providers.Diagnostic) *wire.Diagnostic {
		severity := wire.Diagnostic_SEVERITY_ERROR
		if d.Severity == providers.Warning {
			severity = wire.Diagnostic_SEVERITY_WARNING
		}
		return &wire.Diagnostic{Severity: severity, Summary: Text(d.Summary), Detail: Text(d.Detail), Path: steps(d.Path)}
	})
}

// steps stop where the wire has no word for one: what remains is the path of something around it.
func steps(path cty.Path) []*wire.Step {
	var on []*wire.Step
	for _, step := range path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			on = append(on, &wire.Step{Step: &wire.Step_Attribute{Attribute: Text(s.Name)}})
		case cty.IndexStep:
			key := s.Key
			switch {
			case key == cty.NilVal || !key.IsKnown() || key.IsNull():
				return on
			case key.Type() == cty.String:
				on = append(on, &wire.Step{Step: &wire.Step_Key{Key: Text(key.AsString())}})
			case key.Type() == cty.Number:
				index, _ := key.AsBigFloat().Int64()
				on = append(on, &wire.Step{Step: &wire.Step_Index{Index: index}})
			default:
				return on
			}
		}
	}
	return on
}

// DiagnosticsFrom are problems from the wire. One without words gets some.
func DiagnosticsFrom(diags []*wire.Diagnostic) providers.Diagnostics {
	return all(diags, func(d *wire.Diagnostic) providers.Diagnostic {
		severity := providers.Error
		if d.GetSeverity() == wire.Diagnostic_SEVERITY_WARNING {
			severity = providers.Warning
		}
		summary := d.GetSummary()
		if summary == "" {
			summary = "The provider reports a problem without saying which"
		}
		return providers.Diagnostic{Severity: severity, Summary: summary, Detail: d.GetDetail(), Path: pathFrom(d.GetPath())}
	})
}

func pathFrom(on []*wire.Step) cty.Path {
	var path cty.Path
	for _, step := range on {
		switch s := step.GetStep().(type) {
		case *wire.Step_Attribute:
			path = path.GetAttr(s.Attribute)
		case *wire.Step_Key:
			path = path.IndexString(s.Key)
		case *wire.Step_Index:
			path = path.IndexInt(int(s.Index))
		default: // of a later version: what is known of the path leads close
			return path
		}
	}
	return path
}
