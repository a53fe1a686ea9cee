package apitest

import (
	"fmt"
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
)

// Apply is a server-side apply of a manager, as another writer makes it. An object that was
// applied has managed fields from then on, which every patch brings up to date: both are done
// by the code that real servers have. As objects have no types here, lists are owned as a whole.
func (s *Server) Apply(path, manager string, o map[string]any, force bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	applied := &unstructured.Unstructured{Object: copied(o)}
	live := s.objects[path]
	if live == nil {
		live = map[string]any{"apiVersion": applied.GetAPIVersion(), "kind": applied.GetKind()}
	}
	fields, err := fieldManager(applied.GroupVersionKind())
	if err != nil {
		return err
	}
	after, err := fields.Apply(&unstructured.Unstructured{Object: copied(live)}, applied, manager, force)
	if err != nil {
		return err
	}
	return s.take(path, after)
}

func (s *Server) take(path string, after runtime.Object) error {
	o, is := after.(*unstructured.Unstructured)
	if !is {
		return fmt.Errorf("expected fields of no type, found %T", after)
	}
	s.store(path, copied(o.Object))
	return nil
}

// managed brings the managed fields of a patched object up to date, where it has any.
func managed(before, after map[string]any, manager string) (map[string]any, error) {
	live, patched := &unstructured.Unstructured{Object: copied(before)}, &unstructured.Unstructured{Object: copied(after)}
	if live.GetManagedFields() == nil {
		return after, nil
	}
	fields, err := fieldManager(live.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	out, err := fields.Update(live, patched, manager)
	if err != nil {
		return nil, err
	}
	o, is := out.(*unstructured.Unstructured)
	if !is {
		return nil, fmt.Errorf("expected fields of no type, found %T", out)
	}
	return copied(o.Object), nil
}

// managerOf is who a request says it is.
func managerOf(r *http.Request) string {
	if manager := r.URL.Query().Get("fieldManager"); manager != "" {
		return manager
	}
	manager, _, _ := strings.Cut(r.UserAgent(), "/")
	return manager
}

func fieldManager(kind schema.GroupVersionKind) (*managedfields.FieldManager, error) {
	return managedfields.NewDefaultCRDFieldManager(managedfields.NewDeducedTypeConverter(), untyped{}, untyped{}, untyped{}, kind, kind.GroupVersion(), "", nil)
}

// untyped is what there is to convert, to fill in and to make where objects have no types.
type untyped struct{}

func (untyped) Convert(any, any, any) error { return nil }
func (untyped) Default(runtime.Object)      {}

func (untyped) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}

func (untyped) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}

func (untyped) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(kind)
	return o, nil
}
