package kubernetes

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	apischema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
)

func happened(reason, about string, count int64) follow.Object {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Event", "metadata": map[string]any{"name": reason + about, "uid": reason + about},
		"reason": reason, "message": "it was " + reason, "count": count, "involvedObject": map[string]any{"kind": "Pod", "name": about},
	}}
}

// still is a prober of a cluster in which nothing happens by itself.
func still(t *testing.T, p *eventsProber) {
	t.Helper()
	client := fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), map[apischema.GroupVersionResource]string{{Version: "v1", Resource: "events"}: "EventList"})
	client.PrependWatchReactor("*", func(clienttesting.Action) (bool, watch.Interface, error) { return true, watch.NewFake(), nil })
	f, err := follow.Start(t.Context(), follow.Config{Resource: client.Resource(apischema.GroupVersionResource{Version: "v1", Resource: "events"})})
	require.NoError(t, err)
	t.Cleanup(f.Close)
	p.follower = f
}

func TestEventsAreCountedFromOneSampleToTheNext(t *testing.T) {
	p := &eventsProber{reasons: []string{"BackOff"}, name: "payments-*"}
	still(t, p)
	value := func() float64 { return *p.Sample(t.Context()).Value }
	assert.Zero(t, value())

	first := happened("BackOff", "payments-1", 1)
	p.changed(nil, first)
	p.changed(nil, happened("BackOff", "orders-1", 1))
	p.changed(nil, happened("Killing", "payments-1", 1))
	assert.InDelta(t, 1, value(), 0)
	assert.Zero(t, value(), "each counts once")

	p.changed(first, happened("BackOff", "payments-1", 4))
	p.changed(happened("BackOff", "payments-1", 4), happened("BackOff", "payments-1", 4))
	p.changed(happened("BackOff", "payments-1", 4), nil)
	sample := p.Sample(t.Context())
	assert.InDelta(t, 3, *sample.Value, 0, "the same event came three times more, and was forgotten in the end")
	total, _ := sample.Fields.GetAttr("total").AsBigFloat().Int64()
	assert.EqualValues(t, 4, total)
	assert.Equal(t, "pod/payments-1", sample.Fields.GetAttr("object").AsString())
	assert.Empty(t, sample.Fields.Type().TestConformance((&eventsProbe{}).SampleType()))
}

// TestAnEventThatIsMadeAnew: the server forgot it after an hour, and who reports it did not.
func TestAnEventThatIsMadeAnew(t *testing.T) {
	opened := time.Now()
	for name, c := range map[string]struct {
		first time.Time
		want  float64
	}{
		"days before the probe":                         {opened.Add(-48 * time.Hour), 1},
		"since, and seen late":                          {opened.Add(time.Second), 26},
		"by a clock that is a little behind, seen late": {opened.Add(-10 * time.Second), 26},
	} {
		t.Run(name, func(t *testing.T) {
			p := &eventsProber{opened: opened}
			still(t, p)
			event := happened("Unhealthy", "payments-1", 26)
			event.Object["firstTimestamp"] = c.first.UTC().Format(time.RFC3339)
			onlyEvent(event)
			p.changed(nil, event)
			assert.InDelta(t, c.want, *p.Sample(t.Context()).Value, 0)
		})
	}
}

func TestTooManyEventsFail(t *testing.T) {
	zero, one := 0, 1
	p := &eventsProber{max: &zero}
	still(t, p)
	assert.True(t, p.Sample(t.Context()).OK)
	p.changed(nil, happened("BackOff", "payments-1", 2))
	sample := p.Sample(t.Context())
	assert.False(t, sample.OK)
	assert.Equal(t, "expected at most 0 events, 2 came, the newest: pod/payments-1 BackOff: it was BackOff", sample.Error)

	p.max, p.min = nil, &one
	assert.False(t, p.Sample(t.Context()).OK)
}

func TestTheServerLeavesOutWhatItCan(t *testing.T) {
	v := decoded(t, &eventsProbe{}, "type = \"Warning\"\nreason = [\"BackOff\"]\nkind = \"Pod\"\nname = \"payments\"")
	parts := strings.Split(eventFields(v), ",")
	assert.ElementsMatch(t, []string{"involvedObject.kind=Pod", "involvedObject.name=payments", "reason=BackOff", "type=Warning"}, parts)
	v = decoded(t, &eventsProbe{}, "reason = [\"BackOff\", \"Unhealthy\"]\nname = \"payments-*\"")
	assert.Empty(t, eventFields(v), "what it cannot is counted here")
}

func TestAProbeThatCannotSeeHasNothingToSay(t *testing.T) {
	client := fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), map[apischema.GroupVersionResource]string{{Version: "v1", Resource: "events"}: "EventList"})
	client.PrependWatchReactor("*", func(clienttesting.Action) (bool, watch.Interface, error) {
		return true, nil, errors.New("connection refused")
	})
	f, err := follow.Start(t.Context(), follow.Config{Resource: client.Resource(apischema.GroupVersionResource{Version: "v1", Resource: "events"})})
	require.NoError(t, err)
	t.Cleanup(f.Close)
	require.Eventually(t, func() bool { since, _ := f.Behind(); return !since.IsZero() }, 10*time.Second, 5*time.Millisecond)
	_, lost := behind(f, time.Now())
	assert.False(t, lost, "a moment is nothing")
	sample, lost := behind(f, time.Now().Add(time.Minute))
	require.True(t, lost)
	assert.True(t, sample.Lost)
	assert.False(t, sample.OK)
	assert.Contains(t, sample.Error, "connection refused")
}
