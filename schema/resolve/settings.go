package resolve

import (
	"maps"
	"slices"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/install"
	"github.com/gameday-dev/gameday/schema/config"
)

// settings checks that the providers that a module requires exist, in versions
// that fit. Sources and the form of constraints were checked on loading.
func (r *resolver) settings(cfg *config.Module) {
	for _, s := range cfg.Settings {
		for _, name := range slices.Sorted(maps.Keys(s.RequiredProviders)) {
			r.requiredProvider(s.RequiredProviders[name])
		}
	}
}

func (r *resolver) requiredProvider(p *config.RequiredProvider) {
	found := r.set.Provider(p.Name)
	if p.Source != install.Builtin {
		return // whoever opened it has checked it
	}
	if found == nil {
		r.diags.errorf(p.DeclRange, "Unknown provider", "There is no built-in provider %q.%s", p.Name, suggest(p.Name, r.providerNames(), "Available:"))
		return
	}
	wanted, err := version.NewConstraint(p.Version)
	have, haveErr := version.NewVersion(found.Metadata().Version)
	if p.Version != "" && err == nil && haveErr == nil && !wanted.Check(have.Core()) {
		r.diags.errorf(p.DeclRange, "Unsupported provider version", "The provider %q is required as %s, and the built-in one is %s.", p.Name, p.Version, have)
	}
}

func (r *resolver) providerNames() []string {
	var names []string
	for _, p := range r.set.All() {
		names = append(names, p.Metadata().Name)
	}
	return names
}

// providerBlocks decodes the provider blocks of the root module.
func (r *resolver) providerBlocks(root *module) {
	for _, name := range slices.Sorted(maps.Keys(root.cfg.Providers)) {
		root.providerBlock(root.cfg.Providers[name])
	}
}

func (m *module) providerBlock(cfg *config.ProviderConfig) {
	found := m.r.set.Provider(cfg.Name)
	if found == nil {
		m.r.diags.errorf(cfg.DeclRange, "Unknown provider", "There is no provider %q.%s", cfg.Name, suggest(cfg.Name, m.r.providerNames(), "Available:"))
		return
	}
	configurable, ok := providers.As[providers.WithConfigure](found)
	if !ok {
		_, diags := cfg.Body.Content(&hcl.BodySchema{})
		m.r.diags.add(diags)
		return
	}
	block := configurable.ConfigSchema()
	t := &bodyType{block: block, spec: block.Spec()}
	m.r.out.Providers = append(m.r.out.Providers, &Provider{
		Name: cfg.Name, Provider: found, Range: cfg.DeclRange,
		Body: m.body(t, cfg.Body, m.ctx, cfg.DeclRange, nil),
	})
}
