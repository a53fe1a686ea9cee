package resolve

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/schema/addr"
	"github.com/gameday-dev/gameday/schema/lang"
)

// view is what the conditions of an experiment see: its probes and loads.
type view struct {
	series map[string]*series // by kind and name: "probe.checkout"
	ctx    *hcl.EvalContext   // with windows of the right types, unknown
}

// series is a probe or a load with its instances.
type series struct {
	kind, name string
	keys       []addr.Key
	window     cty.Type
	loose      bool // instances or type not known
}

func newView(s *scene) *view {
	v := &view{series: map[string]*series{}}
	if s.cfg.Steady != nil {
		for name := range s.cfg.Steady.Probes {
			v.declare("probe", name, s.loose)
		}
	}
	for name := range s.cfg.Loads {
		v.declare("load", name, s.loose)
	}
	for _, p := range s.out.Probes {
		found := v.series["probe."+p.Addr.Name]
		found.keys = append(found.keys, p.Addr.Key)
		if p.Type != nil {
			found.window = s.r.windowType(p.Type.TypeName(), p.Type.SampleType)
		}
	}
	for _, l := range s.out.Loads {
		found := v.series["load."+l.Addr.Name]
		found.keys = append(found.keys, l.Addr.Key)
		found.window = s.r.windowType("", nil)
	}
	v.ctx = s.ctx.NewChild()
	v.ctx.Variables = v.objects(nil, func(of *series, _ addr.Key) cty.Value { return cty.UnknownVal(of.window) })
	return v
}

func (v *view) declare(kind, name string, loose map[string]bool) {
	id := kind + "." + name
	v.series[id] = &series{kind: kind, name: name, loose: loose[id]}
}

// windowType makes each window type once. The empty name stands for loads.
func (r *resolver) windowType(name string, fields func() cty.Type) cty.Type {
	return r.windows.get(name, func() cty.Type {
		if fields == nil {
			return lang.LoadWindowType()
		}
		return lang.WindowType(fields())
	})
}

// objects are probe, baseline and load with the windows that a function gives,
// of the series that are wanted; nil wants all.
func (v *view) objects(wanted map[string]bool, window func(*series, addr.Key) cty.Value) map[string]cty.Value {
	byKind := map[string]map[string]cty.Value{"probe": {}, "load": {}}
	for id, s := range v.series {
		if wanted == nil || wanted[id] {
			byKind[s.kind][s.name] = s.object(window)
		}
	}
	probes := cty.ObjectVal(byKind["probe"])
	return map[string]cty.Value{"probe": probes, "baseline": probes, "load": cty.ObjectVal(byKind["load"])}
}

// object is the window of a series, or an object of windows by key.
func (s *series) object(window func(*series, addr.Key) cty.Value) cty.Value {
	if s.loose {
		return cty.DynamicVal
	}
	windows := make(map[string]cty.Value, len(s.keys))
	for _, key := range s.keys {
		if !key.Set {
			return window(s, key)
		}
		windows[key.Text] = window(s, key)
	}
	return cty.ObjectVal(windows)
}

// local is the address of an instance inside the experiment.
func (s *series) local(key addr.Key) string { return s.kind + "." + s.name + key.String() }
