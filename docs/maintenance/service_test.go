package maintenance_test

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// service is one with a maintenance mode, as the fault expects it.
type service struct {
	mu    sync.Mutex
	modes map[string]*mode
}

// mode is a maintenance; one that was ended stays, so that a request to begin
// it which arrives late is refused.
type mode struct {
	until   time.Time
	refused int
	ended   bool
}

func (m *mode) active() bool { return m != nil && !m.ended && time.Now().Before(m.until) }

func newService() http.Handler {
	s := &service{modes: map[string]*mode{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /instance", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"instance":"first"}`) })
	mux.HandleFunc("PUT /maintenance/{id}", s.begin)
	mux.HandleFunc("GET /maintenance/{id}", s.look)
	mux.HandleFunc("DELETE /maintenance/{id}", s.end)
	mux.HandleFunc("GET /", s.serve)
	return mux
}

func (s *service) begin(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, err := time.Parse(time.RFC3339Nano, r.FormValue("until"))
	known := s.modes[r.PathValue("id")]
	switch {
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
	case known == nil:
		s.modes[r.PathValue("id")] = &mode{until: until}
	case known.ended:
		w.WriteHeader(http.StatusConflict)
	}
}

func (s *service) look(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.modes[r.PathValue("id")]
	if !m.active() {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	fmt.Fprintf(w, `{"refused":%d}`, m.refused)
}

func (s *service) end(_ http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modes[r.PathValue("id")] = &mode{ended: true}
}

func (s *service) serve(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.modes {
		if m.active() {
			m.refused++
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}
