package webhook

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

const (
	// ReviewPath is where reviews are sent.
	ReviewPath = "/review"
	// HealthPath is what answers at once.
	HealthPath = "/healthz"

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
	UID string `json:"uid"`
}

type response struct {
	UID     string `json:"uid"`
	Allowed bool   `json:"allowed"`
}

// Handler allows every request, each as late as latency.
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
	select {
	case <-due.C:
	case <-r.Context().Done():
		return // the API server has given up
	}
	w.Header().Set("Content-Type", "application/json")
	// An error here is of a connection that the API server has closed.
	_ = json.NewEncoder(w).Encode(review{APIVersion: in.APIVersion, Kind: in.Kind, Response: &response{UID: in.Request.UID, Allowed: true}})
}
