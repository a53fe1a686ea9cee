package kubernetes

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/gameday-dev/gameday/providers"
)

// dropsVolumes reports whether the pods that a StatefulSet loses when it is scaled down
// take their volumes along.
func (w workload) dropsVolumes() bool {
	policy := w.Spec.PersistentVolumeClaimRetentionPolicy
	return policy != nil && policy.WhenScaled == appsv1.DeletePersistentVolumeClaimRetentionPolicyType
}

// volumesOf are those of a number of its pods, in words.
func (w workload) volumesOf(pods int) string {
	return count(pods*len(w.Spec.VolumeClaimTemplates), "volume", "volumes") + " of " + count(pods, "pod", "pods")
}

// losing says what would be gone for good with fewer replicas; empty when nothing would.
func (w workload) losing(to int) string {
	from := w.replicas()
	if to >= from || len(w.Spec.VolumeClaimTemplates) == 0 || !w.dropsVolumes() {
		return ""
	}
	return fmt.Sprintf("%s/%s has persistentVolumeClaimRetentionPolicy.whenScaled = Delete: from %d to %d replicas Kubernetes deletes %s with all that is in them, and the undo would bring the pods back with empty ones. "+
		"Set whenScaled to Retain for the experiment, or choose another workload", w.target.Kind, w.target.Name, from, to, w.volumesOf(from-to))
}

// volumesPlanned refuses to lose volumes, and warns of what more replicas do to them.
func volumesPlanned(w workload, to int) providers.Diagnostics {
	if lost := w.losing(to); lost != "" {
		return providers.Errorf(cty.GetAttrPath("replicas"), "Volumes would be lost", "%s.", lost)
	}
	more := to - w.replicas()
	switch {
	case more <= 0 || len(w.Spec.VolumeClaimTemplates) == 0:
		return nil
	case w.dropsVolumes():
		return providers.Warningf(nil, "The undo deletes volumes",
			"%s/%s has persistentVolumeClaimRetentionPolicy.whenScaled = Delete: with the undo Kubernetes deletes %s that the fault adds, also where a volume is there from before with something in it.",
			w.target.Kind, w.target.Name, w.volumesOf(more))
	}
	return providers.Warningf(nil, "Volumes stay after the undo",
		"%s/%s keeps what its pods have stored when it is scaled down: %s that the fault adds stay after the undo, unless they are there already. Delete their claims if nobody needs them.",
		w.target.Kind, w.target.Name, w.volumesOf(more))
}
