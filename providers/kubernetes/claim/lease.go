package claim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

const group = "/apis/coordination.k8s.io/v1"

// mostText is how long a claim's text may be, in bytes: all annotations of an object
// together are limited to 256 KiB. Compressed, that is some 3,000 changed objects.
const mostText = 200 << 10

// Path of the Lease of a fault.
func Path(namespace, id string) string { return collection(namespace) + "/" + leaseName(id) }

func leaseName(id string) string { return "gameday-" + strings.ToLower(id) }

func collection(namespace string) string { return group + "/namespaces/" + namespace + "/leases" }

// Held is a claim as it stands in the cluster, in one namespace.
type Held struct {
	Namespace string
	Name      string // of the Lease
	Run       string // by its label, also where the claim can't be read
	Claim     Claim  // its part in this namespace

	// Expires is the deadline by the cluster's clock: the Lease's creation and its
	// duration. Zero when the Lease does not say.
	Expires time.Time

	// Read is what time it was by the cluster's clock when the claim was read, cut to
	// whole seconds. Zero when the server did not say.
	Read time.Time

	// Broken says why the claim can't be read. Of the Claim there is nothing, then.
	Broken error

	created  time.Time
	version  uint64
	revision string // the version's own text: what a deletion may demand
}

// Over reports whether a claim's time is over. The moment must be one of the cluster's
// clock, such as Read: with its own clock, a machine that is ahead would undo a fault that is
// alive. A zero moment, of a server that did not say, finds every claim that has an end alive.
//
// That the Lease has expired would do, if all clocks ran on: how long it lasts was measured
// when it was written, by one clock, so that it does not matter how far that was off. But a
// claimant that was ahead and whose clock was put right since goes on until its Deadline,
// which comes later than that. It may be alive until then, so the later of the two counts.
// The price is that a dead claimant whose clock is ahead is held to be alive for longer by
// sweep and by the next run. The reaper does not wait for it: it goes by Expires alone.
func (h Held) Over(at time.Time) bool {
	return !at.Before(h.Claim.Deadline) && !at.Before(h.Expires)
}

// When is the time by the cluster's clock when the claim was read. Of a server that did not
// say it is the reader's time, for who has to act some day: all that there is, then.
func (h Held) When(readers time.Time) time.Time {
	if h.Read.IsZero() {
		return readers
	}
	return h.Read
}

// ends is when a claim's time is over by the reader's clock, which is readers now: as much later as the cluster says is left. A
// reader that is ahead would take what an agent in a pod still does for done with.
func (h Held) ends(readers time.Time) time.Time {
	if h.Read.IsZero() {
		return h.Claim.Deadline
	}
	return readers.Add(h.Expires.Sub(h.Read))
}

// Covers reports whether the fault of an id holds this claim. One that can't be read
// counts until it has been seen to expire, by its name: a newer gameday may have written it.
func (h Held) Covers(id string) bool {
	if h.Broken != nil {
		return h.Name == leaseName(id) && h.Read.Before(h.Expires)
	}
	return strings.EqualFold(h.Claim.ID, id)
}

// text is a part of a claim as it is written.
func text(h Held) (string, error) {
	text, err := undo.Pack(h.Claim)
	if err != nil {
		return "", fmt.Errorf("claim the targets of %s: %w", h.Claim.Address, err)
	}
	if len(text) > mostText {
		return "", fmt.Errorf("claim the %d targets of %s in namespace %s: they take %d bytes, and there is room for %d; choose fewer targets",
			len(h.Claim.Targets), h.Claim.Address, h.Namespace, len(text), mostText)
	}
	return text, nil
}

// lease is the object that holds a part of a claim.
func lease(h Held) (map[string]any, error) {
	text, err := text(h)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	const micro = "2006-01-02T15:04:05.000000Z"
	return map[string]any{
		"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
		"metadata": map[string]any{
			"name": leaseName(h.Claim.ID), "namespace": h.Namespace,
			"labels":      map[string]any{Label: "true"},
			"annotations": map[string]any{Annotation: text},
		},
		"spec": map[string]any{
			"holderIdentity": h.Claim.Run, "acquireTime": now.Format(micro), "renewTime": now.Format(micro),
			"leaseDurationSeconds": seconds(h.Claim.Deadline.Sub(now)),
		},
	}, nil
}

// seconds is how long a Lease lasts so that it does not expire before its deadline: one
// second as the time that is left is cut to whole ones, and one as the server cuts the
// moment of the creation, from which others count.
func seconds(left time.Duration) int { return max(1, int(left/time.Second)+2) }

// read never fails: a Lease that is no claim as gameday writes them is told of.
func read(item any) Held {
	var l struct {
		Metadata struct {
			Name, Namespace, ResourceVersion string
			CreationTimestamp                time.Time
			Labels, Annotations              map[string]string
		}
		Spec struct{ LeaseDurationSeconds int64 }
	}
	text, err := json.Marshal(item)
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	h := Held{Namespace: l.Metadata.Namespace, Name: l.Metadata.Name, Run: l.Metadata.Labels[undo.LabelRun], created: l.Metadata.CreationTimestamp}
	h.revision = l.Metadata.ResourceVersion
	// Without a version that can be compared, any other is the earlier one.
	h.version, _ = strconv.ParseUint(l.Metadata.ResourceVersion, 10, 64)
	if l.Spec.LeaseDurationSeconds > 0 {
		h.Expires = h.created.Add(time.Duration(min(l.Spec.LeaseDurationSeconds, 1<<31)) * time.Second)
	}
	if err == nil {
		err = undo.Unpack(l.Metadata.Annotations[Annotation], &h.Claim)
	}
	if err == nil && leaseName(h.Claim.ID) != h.Name {
		err = errors.New("it has the name of another fault's")
	}
	if err != nil {
		h.Claim = Claim{}
		h.Broken = fmt.Errorf("the Lease %s/%s is labelled as a claim of gameday and is none: %w", h.Namespace, h.Name, err)
	}
	return h
}
