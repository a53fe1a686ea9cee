package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers"
)

const (
	// askedFor bounds one request to a pod; a look has a second for everything.
	askedFor = 400 * time.Millisecond
	// asks is how many requests in a row must be without an answer: one may be lost
	// on a busy machine.
	asks = 2
	// before the fault, a pod that is to be compared with must answer in half of the
	// time, in one of some attempts.
	promptly = askedFor / 2
	attempts = 5
	// answerRead is how much of an answer is looked at.
	answerRead = 4 << 10
)

// answering finds a port of each target that answers a request through the API
// server, before the fault. The API server is not a pod, and is cut off like
// whatever is none.
func (s *session) answering(ctx context.Context, targets []providers.Target, c cut) (probed, error) {
	found := probed{}
	if !c.ingress || c.from != nil && len(c.from.cidrs) > 0 {
		return found, nil
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, t := range targets {
		group.Go(func() error {
			port, err := s.answeringPort(ctx, t, c)
			if port > 0 {
				mu.Lock()
				defer mu.Unlock()
				found[t.Name] = port
			}
			return err
		})
	}
	return found, group.Wait()
}

func (s *session) answeringPort(ctx context.Context, t providers.Target, c cut) (int, error) {
	path, err := pathOf(t)
	if err != nil {
		return 0, err
	}
	var pod corev1.Pod
	if err := s.into(ctx, path, &pod); err != nil {
		return 0, err
	}
	for _, container := range pod.Spec.Containers {
		for _, p := range container.Ports {
			port := int(p.ContainerPort)
			if p.Protocol == corev1.ProtocolUDP || len(c.ports) > 0 && (c.protocol != corev1.ProtocolTCP || !slices.Contains(c.ports, port)) {
				continue
			}
			if prompt, err := s.answersPromptly(ctx, t, port); err != nil || prompt {
				return port, err
			}
		}
	}
	return 0, nil
}

func (s *session) answersPromptly(ctx context.Context, t providers.Target, port int) (bool, error) {
	for range attempts {
		got, err := s.ask(ctx, t, port, promptly)
		if err != nil || got != silent {
			return got == answered, err
		}
	}
	return false, nil
}

// answer is what became of a request to a pod.
type answer int

const (
	answered answer = iota // the pod said something, whatever it was
	refused                // the API server could not connect
	silent                 // nothing came in time
)

// ask sends a request to a pod's port through the API server.
func (s *session) ask(ctx context.Context, t providers.Target, port int, within time.Duration) (answer, error) {
	path, err := pathOf(t)
	if err != nil {
		return refused, err
	}
	asking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	url := fmt.Sprintf("%s%s:%d/proxy/", strings.TrimSuffix(s.API.Base, "/"), path, port)
	req, err := http.NewRequestWithContext(asking, http.MethodGet, url, http.NoBody)
	if err != nil {
		return refused, fmt.Errorf("ask %s at port %d: %w", t.Name, port, err)
	}
	resp, err := s.API.HTTP.Do(req)
	switch {
	case err != nil && errors.Is(asking.Err(), context.DeadlineExceeded) && ctx.Err() == nil:
		return silent, nil
	case err != nil:
		return refused, fmt.Errorf("ask %s at port %d: %w", t.Name, port, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerRead))
	if err != nil {
		return answered, nil // it began to
	}
	return judged(resp.StatusCode, string(text), t, port)
}

// judged tells an answer of the pod from one of the API server about the pod. A
// pod that speaks another protocol than HTTP has answered, too.
func judged(status int, text string, t providers.Target, port int) (answer, error) {
	switch {
	case status == http.StatusServiceUnavailable && strings.Contains(text, "error trying to reach service: dial "):
		return refused, nil
	case status == http.StatusForbidden && strings.Contains(text, `resource \"pods/proxy\"`):
		return refused, fmt.Errorf("ask %s at port %d through the API server: %s", t.Name, port, text)
	default:
		return answered, nil
	}
}

// cutOff is the finding on a target that answered before. Only silence is
// evidence: a refused connection may come of a process that has ended. The label
// has just been read, so the API server itself answers.
func (s *session) cutOff(ctx context.Context, t providers.Target, port int) (finding, error) {
	got := silent
	for n := 0; n < asks && got == silent; n++ {
		var err error
		if got, err = s.ask(ctx, t, port, askedFor); err != nil {
			return finding{}, err
		}
	}
	switch got {
	case answered:
		return finding{detail: fmt.Sprintf("it still answers the API server at port %d: the policy is not enforced, or not against the API server", port)}, nil
	case refused:
		return finding{detail: fmt.Sprintf("the API server cannot connect to port %d, which need not come of the policy", port)}, nil
	}
	return finding{facts: []providers.Fact{{
		Name: "pod_cut_off", Text: fmt.Sprintf("pod %s answered the API server at port %d before, and said nothing to %d requests of %s each", t.Name, port, asks, askedFor), Value: 1, Unit: "pods",
	}}}, nil
}
