package snapshot

import (
	"testing"

	"github.com/stretchr/testify/assert"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func object(kind, name string, more map[string]any) unstructured.Unstructured {
	o := map[string]any{
		"kind": kind, "metadata": map[string]any{"name": name, "uid": name, "resourceVersion": "1", "generation": int64(1)},
		"status": map[string]any{"x": "y"},
	}
	for key, value := range more {
		o[key] = value
	}
	return unstructured.Unstructured{Object: o}
}

func pod(name, owner, image string) unstructured.Unstructured {
	o := object("Pod", name, map[string]any{"spec": map[string]any{
		"nodeName": name, "volumes": []any{map[string]any{"name": tokenVolume + name}},
		"containers": []any{map[string]any{"image": image, "volumeMounts": []any{map[string]any{"name": tokenVolume + name}}}},
	}})
	controller := true
	metadata, _ := o.Object["metadata"].(map[string]any)
	metadata["ownerReferences"] = []any{map[string]any{"kind": "ReplicaSet", "name": owner, "uid": owner, "apiVersion": "apps/v1", "controller": controller}}
	return o
}

// entry is an owner of a field.
func entry(manager, subresource, field string) metav1.ManagedFieldsEntry {
	now := metav1.Now()
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "v1", Time: &now, Subresource: subresource,
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(`{"` + field + `":{}}`),
	}
}

func owned(manager, field string) unstructured.Unstructured {
	o := object("ConfigMap", "a", nil)
	o.SetManagedFields([]metav1.ManagedFieldsEntry{entry(manager, "", field)})
	return o
}

func take(all ...unstructured.Unstructured) Snapshot {
	found := map[string][]unstructured.Unstructured{}
	for _, o := range all {
		found["ns/"+o.GetKind()] = append(found["ns/"+o.GetKind()], o)
	}
	return of(found)
}

func TestWhatIsNoDifference(t *testing.T) {
	versioned := object("ConfigMap", "a", map[string]any{"status": "other"})
	versioned.SetResourceVersion("9")
	versioned.SetGeneration(7)
	seen := owned("team", "f:k")
	seen.SetManagedFields(append(seen.GetManagedFields(), entry("kube-controller-manager", "", "f:x"), entry("anybody", "status", "f:y")))
	revised := object("Deployment", "d", nil)
	revised.SetAnnotations(map[string]string{"deployment.kubernetes.io/revision": "3"})
	for name, c := range map[string]struct{ before, after Snapshot }{
		"versions and status":    {take(object("ConfigMap", "a", nil)), take(versioned)},
		"controllers' fields":    {take(owned("team", "f:k")), take(seen)},
		"a controller's book":    {take(object("Deployment", "d", nil)), take(revised)},
		"pods that are replaced": {take(pod("p1", "rs", "i"), pod("p2", "rs", "i")), take(pod("p3", "rs", "i"), pod("p4", "rs", "i"))},
		"history":                {take(), take(object("ReplicaSet", "rs", map[string]any{"spec": map[string]any{"replicas": int64(0)}}))},
	} {
		t.Run(name, func(t *testing.T) { assert.Empty(t, Diff(c.before, c.after)) })
	}
}

func TestWhatIsADifference(t *testing.T) {
	data := func(text string) map[string]any { return map[string]any{"data": map[string]any{"k": text}} }
	marked := object("ConfigMap", "a", nil)
	marked.SetAnnotations(map[string]string{"undo.gameday.dev/1": "[]"})
	set := func(replicas int64) unstructured.Unstructured {
		return object("ReplicaSet", "rs", map[string]any{"spec": map[string]any{"replicas": replicas}})
	}
	for name, c := range map[string]struct{ before, after Snapshot }{
		"a value":                     {take(object("ConfigMap", "a", data("1"))), take(object("ConfigMap", "a", data("2")))},
		"an annotation":               {take(object("ConfigMap", "a", nil)), take(marked)},
		"whose a field is":            {take(owned("team", "f:k")), take(owned("gameday", "f:k"))},
		"what somebody owns":          {take(owned("team", "f:k")), take(owned("team", "f:other"))},
		"nobody's any more":           {take(owned("team", "f:k")), take(object("ConfigMap", "a", nil))},
		"something gone":              {take(object("ConfigMap", "a", nil)), take()},
		"something new":               {take(), take(object("Service", "s", nil))},
		"a pod less":                  {take(pod("p1", "rs", "i"), pod("p2", "rs", "i")), take(pod("p1", "rs", "i"))},
		"another image":               {take(pod("p1", "rs", "i")), take(pod("p2", "rs", "j"))},
		"another owner":               {take(pod("p1", "rs", "i")), take(pod("p1", "other", "i"))},
		"a new ReplicaSet with pods":  {take(), take(set(1))},
		"a ReplicaSet of before at 0": {take(set(1)), take(set(0))},
		"a ReplicaSet that is replaced": {take(set(1)), take(func() unstructured.Unstructured {
			o := set(1)
			o.SetUID("2")
			return o
		}())},
	} {
		t.Run(name, func(t *testing.T) { assert.NotEmpty(t, Diff(c.before, c.after)) })
	}
	assert.Len(t, Marks(take(), take(marked)), 1)
	assert.Empty(t, Marks(take(), take(object("ConfigMap", "a", nil))))
}
