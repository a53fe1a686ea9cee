//go:build linux

package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
)

var errDeadline = errors.New("the fault's deadline has passed")

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", s.getHello)
	mux.HandleFunc("POST /lease", s.postLease)
	mux.HandleFunc("POST /stop", s.postStop)
	mux.HandleFunc("GET /status", s.getStatus)
	mux.HandleFunc("POST /processes", s.postProcess)
	mux.HandleFunc("POST /links", s.postLink)
	mux.HandleFunc("POST /faults", s.postFault)
	mux.HandleFunc("GET /faults/{id}", s.getFault)
	mux.HandleFunc("DELETE /faults/{id}", s.deleteFault)
	return sameProtocol(mux)
}

// sameProtocol refuses whoever speaks another version.
func sameProtocol(next http.Handler) http.Handler {
	own := strconv.Itoa(Protocol)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(protocolHeader, own)
		if theirs := r.Header.Get(protocolHeader); theirs != own {
			answerProblem(w, http.StatusConflict, codeProtocol, protocolError(own, theirs))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *server) getHello(w http.ResponseWriter, _ *http.Request) {
	answer(w, Hello{Protocol: Protocol, PID: os.Getpid()})
}

// postLease holds the request until its connection breaks, and then ends
// everything. A second lease is refused: two owners would be none.
func (s *server) postLease(w http.ResponseWriter, r *http.Request) {
	taken := false
	s.leaseOnce.Do(func() { taken = true; close(s.leased) })
	if !taken {
		answerError(w, errors.New("the lease is held by another process"))
		return
	}
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	select {
	case <-r.Context().Done():
		go s.end("the runner is gone")
	case <-s.life.Done():
		<-s.ended // the runner learns of the end when the lease ends
	}
}

func (s *server) postStop(w http.ResponseWriter, _ *http.Request) {
	s.end("asked")
	answer(w, struct{}{})
}

func (s *server) getStatus(w http.ResponseWriter, _ *http.Request) {
	answer(w, Status{
		Run: s.name.run, Environment: s.name.environment, PID: os.Getpid(), Ending: s.life.Err() != nil,
		Processes: s.processes.status(), Links: s.links.status(), Faults: s.faults.status(),
	})
}

func (s *server) postProcess(w http.ResponseWriter, r *http.Request) {
	handle(w, r, func(spec ProcessSpec) (ProcessStatus, error) {
		p := s.processes.add(spec)
		err := p.start(s.life)
		return p.status(), err
	})
}

func (s *server) postLink(w http.ResponseWriter, r *http.Request) {
	handle(w, r, func(spec LinkSpec) (LinkStatus, error) { return s.links.open(spec) })
}

func (s *server) postFault(w http.ResponseWriter, r *http.Request) {
	handle(w, r, func(spec FaultSpec) (FaultStatus, error) {
		err := s.faults.inject(spec)
		return s.faults.one(spec.ID), err
	})
}

func (s *server) getFault(w http.ResponseWriter, r *http.Request) {
	answer(w, s.faults.one(r.PathValue("id")))
}

func (s *server) deleteFault(w http.ResponseWriter, r *http.Request) {
	if err := s.faults.revert(r.Context(), r.PathValue("id")); err != nil {
		answerError(w, err)
		return
	}
	answer(w, s.faults.one(r.PathValue("id")))
}

// handle decodes a request, does what it asks and answers.
func handle[In, Out any](w http.ResponseWriter, r *http.Request, do func(In) (Out, error)) {
	var in In
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		answerProblem(w, http.StatusBadRequest, "", fmt.Errorf("read the request: %w", err))
		return
	}
	out, err := do(in)
	if err != nil {
		answerError(w, err)
		return
	}
	answer(w, out)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func answerError(w http.ResponseWriter, err error) {
	code := ""
	switch {
	case errors.Is(err, errEnding):
		code = codeEnding
	case errors.Is(err, errAddressInUse):
		code = codeAddressInUse
	case errors.Is(err, errReverted), errors.Is(err, errReverting):
		code = codeReverted
	case errors.Is(err, errDeadline):
		code = codeDeadline
	}
	answerProblem(w, http.StatusUnprocessableEntity, code, err)
}

func answerProblem(w http.ResponseWriter, status int, code string, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{Error: err.Error(), Code: code})
}
