package plan

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gameday-dev/gameday/providers"
)

func TestDifferences(t *testing.T) {
	warned := []Finding{{Summary: "No guard", Detail: "None."}}
	for name, c := range map[string]struct {
		change func(*providers.FaultPlan)
		now    []Finding
		want   []string
	}{
		"nothing":               {func(*providers.FaultPlan) {}, warned, nil},
		"identities alone":      {func(p *providers.FaultPlan) { p.Targets[0].UID = "u9" }, warned, nil},
		"fewer targets":         {func(p *providers.FaultPlan) { p.Targets = nil }, warned, []string{"radius"}},
		"how many there are":    {func(p *providers.FaultPlan) { p.Population = 9 }, warned, []string{"radius"}},
		"of what":               {func(p *providers.FaultPlan) { p.Counted.Namespaces = nil }, warned, []string{"radius"}},
		"consequences":          {func(p *providers.FaultPlan) { p.Radius = nil }, warned, []string{"radius"}},
		"a warning more":        {func(*providers.FaultPlan) {}, append(warned, Finding{Summary: "A single replica"}), []string{"warnings"}},
		"a warning less":        {func(*providers.FaultPlan) {}, nil, []string{"warnings"}},
		"a permission":          {func(p *providers.FaultPlan) { p.Permissions = nil }, warned, []string{"permissions"}},
		"effect, undo, guard":   {func(p *providers.FaultPlan) { p.Effect, p.Undo, p.Guard = "a", "b", "c" }, warned, []string{"effect", "undo", "guard"}},
		"objects and locks":     {func(p *providers.FaultPlan) { p.Adds, p.Locks = nil, nil }, warned, []string{"what it adds", "locks"}},
		"nothing, spelt better": {func(p *providers.FaultPlan) { p.Namespaces = []string{} }, warned, nil},
	} {
		t.Run(name, func(t *testing.T) {
			now := sampleFault().FaultPlan
			c.change(&now)
			assert.Equal(t, c.want, Differences(sampleFault().FaultPlan, now, warned, c.now))
		})
	}
}

func TestToldIsWithoutSecrets(t *testing.T) {
	given := providers.FaultPlan{
		Effect: "sets hunter22", Targets: []providers.Target{{Kind: "pod", Name: "b"}, {Kind: "pod", Name: "a"}},
		Permissions: []providers.Permission{{Action: "read hunter22"}}, Counted: providers.Scope{Kinds: []string{"pod"}, Namespaces: []string{"hunter22"}},
	}
	warnings := []Finding{{Summary: "Weak", Detail: "It is hunter22."}}
	p, told := Told(given, warnings, []string{"hunter22"})
	assert.Equal(t, "sets (sensitive)", p.Effect)
	assert.Equal(t, "read (sensitive)", p.Permissions[0].Action)
	assert.Equal(t, []string{"(sensitive)"}, p.Counted.Namespaces)
	assert.Equal(t, []string{"hunter22"}, given.Counted.Namespaces, "the original was changed")
	assert.Equal(t, "a", p.Targets[0].Name)
	assert.Equal(t, "It is (sensitive).", told[0].Detail)
	assert.Equal(t, "It is hunter22.", warnings[0].Detail, "the original was changed")
}

func TestWarningsOf(t *testing.T) {
	p := samplePlan()
	mine := p.Findings[0]
	other, refusal, policy, samples := mine, mine, mine, mine
	other.Subject, refusal.Severity, policy.Kind, samples.Kind = "experiment.slow.fault.other", SeverityError, KindPolicy, KindSamples
	findings := slices.Concat(p.Findings, []Finding{other, refusal, policy, samples})
	assert.Equal(t, []Finding{mine, policy}, WarningsOf(findings, mine.Subject))
}
