package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers/install"
)

// Required are the providers that the modules of a configuration need, each once. Two that disagree
// about one are an error.
func (c *Config) Required() ([]*RequiredProvider, hcl.Diagnostics) {
	all := map[string]*RequiredProvider{}
	diags := c.Root.require(all)
	var required []*RequiredProvider
	for _, name := range slices.Sorted(maps.Keys(all)) {
		required = append(required, all[name])
	}
	return required, diags
}

func (m *Module) require(all map[string]*RequiredProvider) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, s := range m.Settings {
		for _, name := range slices.Sorted(maps.Keys(s.RequiredProviders)) {
			diags = append(diags, agree(all, s.RequiredProviders[name])...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Calls)) {
		if called := m.Calls[name].Module; called != nil {
			diags = append(diags, called.require(all)...)
		}
	}
	return diags
}

// agree adds what a module needs to what others do.
func agree(all map[string]*RequiredProvider, p *RequiredProvider) hcl.Diagnostics {
	first, known := all[p.Name]
	switch {
	case !known:
		all[p.Name] = p
		return nil
	case first.Source == p.Source && (first.Version == p.Version || p.Version == "") && (len(p.Env) == 0 || slices.Equal(first.Env, p.Env)):
		return nil
	default:
		return hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Provider required in two ways", Subject: &p.DeclRange,
			Detail: "The provider \"" + p.Name + "\" is required differently at " + first.DeclRange.String() + ". Expected the same source, version and env, as all modules share one provider.",
		}}
	}
}

// Requirement is what package install finds it by.
func (p *RequiredProvider) Requirement() install.Requirement {
	return install.Requirement{Name: p.Name, Source: p.Source, Version: p.Version, Env: p.Env}
}

// Unavailable are the diagnostics of required providers that cannot be used, with the reason of each by its name.
func Unavailable(required []*RequiredProvider, why map[string]error) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range required {
		if err := why[r.Name]; err != nil {
			text := strings.TrimSuffix(err.Error(), ".") + "."
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Provider not available", Detail: strings.ToUpper(text[:1]) + text[1:], Subject: &r.DeclRange,
			})
		}
	}
	return diags
}
