package redact_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/secret"
	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/event/eventtest"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/redact"
)

func of(text string) *secret.Collection {
	var secrets secret.Collection
	secrets.Add(text)
	return &secrets
}

// TestSecretsThatJoin: what is known only once an environment is up.
func TestSecretsThatJoin(t *testing.T) {
	secrets := of("swordfish")
	var got eventtest.Recorder
	sink := redact.New(secrets).Sink(&got)
	secrets.Add("hunter22")
	sink.Emit(event.Event{Body: event.Notice{Text: "hunter22, swordfish"}})
	assert.Equal(t, []event.Event{{Body: event.Notice{Text: "(sensitive), (sensitive)"}}}, got.Events())
}

func TestNamesStay(t *testing.T) {
	body := event.FaultActive{
		Experiment: "experiment.fault", Fault: "fault.fault", ID: "fault",
		Evidence: []providers.Fact{{Name: "x", Text: "the fault was seen"}},
	}
	got := redact.New(of("fault")).Body(body).(event.FaultActive)
	assert.Equal(t, "experiment.fault", got.Experiment)
	assert.Equal(t, "the (sensitive) was seen", got.Evidence[0].Text)
	assert.Equal(t, "the fault was seen", body.Evidence[0].Text, "the original was changed")
}

func TestUnknownBodies(t *testing.T) {
	body := event.Unknown{Type: "alert", Fields: map[string]json.RawMessage{"a": json.RawMessage(`{"b":["hunter22",1,null]}`)}}
	got := redact.New(of("hunter22")).Body(body).(event.Unknown)
	assert.JSONEq(t, `{"b":["(sensitive)",1,null]}`, string(got.Fields["a"]))
}

// TestNoSecretLeaves plants a secret into every text of a random body that is
// no name: nothing of it may be left on the wire.
func TestNoSecretLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringOfN(rapid.SampledFrom([]rune(`ABCXYZ0189"\<&/+${}%é`)), 4, 20, -1).Draw(t, "secret")
		body := eventtest.Body().Draw(t, "body")
		planted := reflect.New(reflect.TypeOf(body)).Elem()
		planted.Set(reflect.ValueOf(body))
		plant(planted, "a "+secret+" b")

		clean := redact.New(of(secret)).Body(planted.Interface().(event.Body))
		assertAbsent(t, reflect.ValueOf(clean), secret)
		line, err := event.Encode(event.Event{Body: clean})
		require.NoError(t, err)
		quoted, err := json.Marshal(secret)
		require.NoError(t, err)
		if found := bytes.Contains(line, quoted[1:len(quoted)-1]); found {
			t.Fatalf("%q is on the wire: %s", secret, line)
		}
	})
}

var names = strings.Fields("Experiment Experiments Environment Fault ID Phase Assertion Action Suite Signal PlanDigest Version Type Source Outcome Verdict Counts")

// plant sets every text, and blanks the names, which may hold anything here.
func plant(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		for i := range v.Len() {
			plant(v.Index(i), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			if contains(names, field.Name) {
				v.Field(i).SetZero()
				continue
			}
			plant(v.Field(i), text)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		if v.Type().Elem().Kind() == reflect.String {
			v.SetMapIndex(reflect.ValueOf(text).Convert(v.Type().Key()), reflect.ValueOf(text))
		}
	}
}

func contains(list []string, name string) bool {
	for _, element := range list {
		if element == name {
			return true
		}
	}
	return false
}

func assertAbsent(t *rapid.T, v reflect.Value, secret string) {
	switch v.Kind() {
	case reflect.String:
		if strings.Contains(v.String(), secret) {
			t.Fatalf("%q is left in %q", secret, v.String())
		}
	case reflect.Slice:
		for i := range v.Len() {
			assertAbsent(t, v.Index(i), secret)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				assertAbsent(t, v.Field(i), secret)
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			assertAbsent(t, key, secret)
			assertAbsent(t, v.MapIndex(key), secret)
		}
	}
}

func TestSinkChangesNothingElse(t *testing.T) {
	for _, name := range eventtest.Scenarios(t) {
		events := eventtest.Scenario(t, name)
		var got eventtest.Recorder
		eventtest.Play(events, redact.New(of("not in there")).Sink(&got))
		assert.Equal(t, events, got.Events())
		assert.Equal(t, report.Fold(events), report.Fold(got.Events()))
	}
}
