// Package apitest is an API server in memory, for what a real one can't be made
// to show: writes that come in between, answers that fail, requests that hang. It
// keeps objects as they were written, without types, defaults or admission.
package apitest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Server is an API server. Objects are known by their path.
type Server struct {
	mu       sync.Mutex
	before   func(method, path string) (status int)
	admit    func(path string, o map[string]any) error
	objects  map[string]map[string]any
	version  int64
	requests []string
	ahead    time.Duration // of the test's clock
	noDate   bool
}

// New starts a server that ends with the test, and an API that speaks to it.
func New(t testing.TB) (*Server, undo.API) {
	t.Helper()
	s := &Server{objects: map[string]map[string]any{}}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	return s, undo.API{Base: listening.URL, HTTP: listening.Client()}
}

// Meet has each request from now on meet before, ahead of any effect and without
// locks held, instead of what was there. A status other than 0 is the answer. It
// may call the server's own methods, as another writer would. Nil is none.
//
// A request that its client gave up may still be under way, so this is no field.
func (s *Server) Meet(before func(method, path string) (status int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = before
}

// Admit has each object that is about to be stored pass admit, which changes it as
// defaults and webhooks do, instead of what was there. An error refuses it with
// status 422.
func (s *Server) Admit(admit func(path string, o map[string]any) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admit = admit
}

// Ahead sets how far the server's clock is ahead of the test's.
func (s *Server) Ahead(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = by
}

// Undated has answers from now on not say what time it is.
func (s *Server) Undated() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noDate = true
}

// now is the time by the server's clock.
func (s *Server) now() time.Time { return time.Now().Add(s.ahead).UTC() }

// date says in an answer what time it is.
func (s *Server) date(w http.ResponseWriter) {
	w.Header()["Date"] = nil
	if !s.noDate {
		w.Header().Set("Date", s.now().Format(http.TimeFormat))
	}
}

// Put stores an object at a path, as it is but for UID and version.
func (s *Server) Put(path string, o map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(path, copied(o))
}

// Edit lets a foreign writer change the object at a path. One that is missing is left.
func (s *Server) Edit(path string, edit func(o map[string]any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.objects[path]; o != nil {
		o = copied(o)
		edit(o)
		s.store(path, o)
	}
}

// Drop deletes the object at a path.
func (s *Server) Drop(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, path)
}

// Get is a copy of the object at a path; nil when there is none.
func (s *Server) Get(path string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.objects[path]; o != nil {
		return copied(o)
	}
	return nil
}

// Paths are those of all objects, sorted.
func (s *Server) Paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

// Requests are those that were made, as "PATCH /path?query".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// store writes with a new version, and a UID if it has none.
func (s *Server) store(path string, o map[string]any) {
	s.version++
	metadata, _ := o["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		o["metadata"] = metadata
	}
	if metadata["uid"] == nil {
		metadata["uid"] = fmt.Sprintf("uid-%d", s.version)
		metadata["creationTimestamp"] = s.now().Format(time.RFC3339)
	}
	metadata["resourceVersion"] = strconv.FormatInt(s.version, 10)
	s.objects[path] = o
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	if before := s.received(r.Method + " " + r.URL.RequestURI()); before != nil {
		if status := before(r.Method, path); status != 0 {
			answer(w, status, problem(status, "as the test wants it"))
			return
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.date(w)
	switch r.Method {
	case http.MethodGet:
		s.get(w, path, r)
	case http.MethodPost:
		s.post(w, path, body, r.URL.Query().Get("dryRun") != "")
	case http.MethodPatch:
		s.patch(w, path, body, r)
	case http.MethodDelete:
		s.delete(w, path, body)
	default:
		answer(w, http.StatusMethodNotAllowed, problem(http.StatusMethodNotAllowed, r.Method))
	}
}

// received writes a request down, and tells what it meets.
func (s *Server) received(request string) (before func(method, path string) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	return s.before
}

func (s *Server) post(w http.ResponseWriter, path string, body []byte, dry bool) {
	var o map[string]any
	if err := json.Unmarshal(body, &o); err != nil {
		answer(w, http.StatusBadRequest, problem(http.StatusBadRequest, err.Error()))
		return
	}
	metadata, _ := o["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if prefix, _ := metadata["generateName"].(string); name == "" && prefix != "" {
		name = prefix + strconv.FormatInt(s.version, 36)
		metadata["name"] = name
	}
	at := path + "/" + name
	if s.objects[at] != nil {
		answer(w, http.StatusConflict, problem(http.StatusConflict, at+" already exists"))
		return
	}
	if err := s.admitted(at, o); err != nil {
		answer(w, http.StatusUnprocessableEntity, problem(http.StatusUnprocessableEntity, err.Error()))
		return
	}
	if !dry {
		s.store(at, o)
	}
	answer(w, http.StatusCreated, o)
}

func (s *Server) admitted(path string, o map[string]any) error {
	if s.admit == nil {
		return nil
	}
	return s.admit(path, o)
}

func (s *Server) delete(w http.ResponseWriter, path string, body []byte) {
	o := s.objects[path]
	if o == nil {
		answer(w, http.StatusNotFound, problem(http.StatusNotFound, path))
		return
	}
	var options struct {
		Preconditions struct{ UID, ResourceVersion string }
	}
	_ = json.Unmarshal(body, &options) // no body is no precondition
	metadata, _ := o["metadata"].(map[string]any)
	if wanted := options.Preconditions.UID; wanted != "" && metadata["uid"] != wanted {
		answer(w, http.StatusConflict, problem(http.StatusConflict, "the UID in the precondition is another"))
		return
	}
	if wanted := options.Preconditions.ResourceVersion; wanted != "" && metadata["resourceVersion"] != wanted {
		answer(w, http.StatusConflict, problem(http.StatusConflict, "the resource version in the precondition is another"))
		return
	}
	if finalizers, _ := metadata["finalizers"].([]any); len(finalizers) > 0 { // it stays until they are gone
		if metadata["deletionTimestamp"] == nil {
			metadata["deletionTimestamp"] = s.now().Format(time.RFC3339)
			s.store(path, o)
		}
		answer(w, http.StatusOK, o)
		return
	}
	delete(s.objects, path)
	answer(w, http.StatusOK, map[string]any{"kind": "Status", "status": "Success"})
}

func (s *Server) get(w http.ResponseWriter, path string, r *http.Request) {
	if o := s.objects[path]; o != nil {
		answer(w, http.StatusOK, o)
		return
	}
	if isCollection(path) {
		list := map[string]any{"items": s.list(path, r.URL.Query().Get("labelSelector"))}
		if strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadataList") { // of which its clients read the kind
			list["apiVersion"], list["kind"] = "meta.k8s.io/v1", "PartialObjectMetadataList"
		}
		answer(w, http.StatusOK, list)
		return
	}
	answer(w, http.StatusNotFound, problem(http.StatusNotFound, path))
}

// isCollection tells ".../namespaces/NS/leases" and "/apis/G/V/leases" from the
// path of an object.
func isCollection(path string) bool {
	_, below, namespaced := strings.Cut(path, "/namespaces/")
	if namespaced {
		return strings.Count(below, "/") == 1
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	return parts[0] == "api" && len(parts) == 3 || parts[0] == "apis" && len(parts) == 4
}

func (s *Server) list(path, selector string) []any {
	items := []any{}
	plural := path[strings.LastIndex(path, "/")+1:]
	prefix := strings.TrimSuffix(path, "/"+plural)
	for _, at := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(at, prefix+"/") && strings.Contains(at, "/"+plural+"/") && selected(s.objects[at], selector) {
			items = append(items, s.objects[at])
		}
	}
	return items
}

func selected(o map[string]any, selector string) bool {
	terms, err := labels.Parse(selector)
	if err != nil {
		return false
	}
	metadata, _ := o["metadata"].(map[string]any)
	found, _ := metadata["labels"].(map[string]any)
	set := labels.Set{}
	for key, value := range found {
		set[key], _ = value.(string)
	}
	return terms.Matches(set)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone, then
}

func problem(code int, message string) map[string]any {
	return map[string]any{"kind": "Status", "code": code, "reason": http.StatusText(code), "message": message}
}

func copied(o map[string]any) map[string]any {
	text, _ := json.Marshal(o) // came from JSON, or was written in a test
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return out
}
