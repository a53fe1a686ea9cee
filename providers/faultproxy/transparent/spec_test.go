package transparent

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/gameday-dev/gameday/providers/faultproxy"
	"github.com/gameday-dev/gameday/providers/firewall"
)

func valid() Spec {
	return Spec{
		ID: "f", Scope: firewall.Scope{DestinationPorts: []firewall.PortRange{firewall.Port(80)}}, Deadline: time.Now().Add(time.Hour),
		Rules: []faultproxy.Rule{{ID: "r", Kind: faultproxy.HTTPStatus, Percent: 100, Status: 503}}, Drain: time.Second,
	}
}

func TestValidate(t *testing.T) {
	require.NoError(t, valid().Validate())
	for want, change := range map[string]func(*Spec){
		`id ""`:                        func(s *Spec) { s.ID = "" },
		`protocol "udp": expected tcp`: func(s *Spec) { s.Scope.Protocol = firewall.UDP },
		"no deadline":                  func(s *Spec) { s.Deadline = time.Time{} },
		"rules: expected at least one": func(s *Spec) { s.Rules = nil },
		`rule "r" is there twice`:      func(s *Spec) { s.Rules = append(s.Rules, s.Rules[0]) },
		"status is 7":                  func(s *Spec) { s.Rules[0].Status = 7 },
		"drain is negative":            func(s *Spec) { s.Drain = -1 },
		"expected 1 to 65535":          func(s *Spec) { s.Scope.SourcePorts = []firewall.PortRange{{}} },
	} {
		s := valid()
		change(&s)
		require.ErrorContains(t, s.Validate(), want)
	}
}

func TestSpecSurvivesJSON(t *testing.T) {
	text, err := json.Marshal(valid())
	require.NoError(t, err)
	var got Spec
	require.NoError(t, json.Unmarshal(text, &got))
	require.Empty(t, cmp.Diff(valid(), got, cmpopts.EquateApproxTime(time.Minute)))
}

func TestStartRefusesWhatIsOver(t *testing.T) {
	s := valid()
	s.Deadline = time.Now().Add(-time.Second)
	_, err := Start(t.Context(), s)
	require.Error(t, err)
}
