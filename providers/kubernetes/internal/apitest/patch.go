package apitest

import (
	"encoding/json"
	"net/http"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

// patch applies a JSON Patch, or a JSON Merge Patch, as a real API server does: with the same library, and
// with 422 for a patch that does not apply.
func (s *Server) patch(w http.ResponseWriter, path string, body []byte, r *http.Request) {
	o := s.objects[path]
	if o == nil {
		answer(w, http.StatusNotFound, problem(http.StatusNotFound, path))
		return
	}
	patched, err := apply(o, body, r.Header.Get("Content-Type"))
	if err == nil && versionOf(patched) != versionOf(o) {
		answer(w, http.StatusConflict, problem(http.StatusConflict, "the object has been modified"))
		return
	}
	if err == nil {
		err = s.admitted(path, patched)
	}
	if err == nil {
		patched, err = managed(o, patched, managerOf(r))
	}
	if err != nil {
		answer(w, http.StatusUnprocessableEntity, problem(http.StatusUnprocessableEntity, err.Error()))
		return
	}
	if r.URL.Query().Get("dryRun") == "" {
		s.store(path, patched)
	}
	answer(w, http.StatusOK, patched)
}

// versionOf is what a patch may carry as a precondition.
func versionOf(o map[string]any) any {
	metadata, _ := o["metadata"].(map[string]any)
	return metadata["resourceVersion"]
}

func apply(o map[string]any, body []byte, kind string) (map[string]any, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	if kind == "application/merge-patch+json" {
		text, err = jsonpatch.MergePatch(text, body)
	} else {
		text, err = applyOperations(text, body)
	}
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(text, &out)
}

func applyOperations(text, body []byte) ([]byte, error) {
	patch, err := jsonpatch.DecodePatch(body)
	if err != nil {
		return nil, err
	}
	return patch.Apply(text)
}
