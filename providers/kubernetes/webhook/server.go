package webhook

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// ReviewPath is where reviews are sent.
	ReviewPath = "/review"
	// HealthPath is what answers at once.
	HealthPath = "/healthz"
	// Reached is what a dry run of creating an object of ReachedName is refused with, at once: whoever gets that as an answer of
	// the API server knows that it reaches the webhook, which otherwise only the time would tell.
	Reached = "gameday: the API server reaches the webhook"

	reachedName = "gameday-reached-"

	// reviewSize bounds a review: objects are at most some MiB.
	reviewSize = 8 << 20
)

// review is what is needed of admission.k8s.io/v1 AdmissionReview.
type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

type request struct {
	UID    string `json:"uid"`
	DryRun bool   `json:"dryRun,omitempty"`
	Object struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
	} `json:"object"`
}

// asksWhetherReached reports whether a request is there to find out that it arrives. One that would store something never is.
func (r *request) asksWhetherReached() bool {
	return r.DryRun && strings.HasPrefix(r.Object.Metadata.Name, reachedName)
}

type response struct {
	UID     string  `json:"uid"`
	Allowed bool    `json:"allowed"`
	Status  *status `json:"status,omitempty"`
}

type status struct {
	Message string `json:"message"`
}

// ReachedName is the name of an object by which it is found out whether the API server reaches the webhook of a fault.
func ReachedName(fault string) string { return reachedName + strings.ToLower(fault) }

// Handler allows every request, each as late as latency, but for the dry run of ReachedName.
func Handler(latency time.Duration) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+HealthPath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("POST "+ReviewPath, func(w http.ResponseWriter, r *http.Request) { answer(w, r, latency) })
	return mux
}

func answer(w http.ResponseWriter, r *http.Request, latency time.Duration) {
	due := time.NewTimer(latency)
	defer due.Stop()
	var in review
	if err := json.NewDecoder(io.LimitReader(r.Body, reviewSize)).Decode(&in); err != nil || in.Request == nil {
		http.Error(w, "expected an AdmissionReview with a request", http.StatusBadRequest)
		return
	}
	out := response{UID: in.Request.UID, Allowed: true}
	if in.Request.asksWhetherReached() {
		out.Allowed, out.Status = false, &status{Message: Reached}
		due.Reset(0)
	}
	select {
	case <-due.C:
	case <-r.Context().Done():
		return // the API server has given up
	}
	w.Header().Set("Content-Type", "application/json")
	// An error here is of a connection that the API server has closed.
	_ = json.NewEncoder(w).Encode(review{APIVersion: in.APIVersion, Kind: in.Kind, Response: &out})
}
