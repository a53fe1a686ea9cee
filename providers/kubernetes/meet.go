package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// met is a cluster that has answered.
type met struct {
	*session
	version string // of Kubernetes: "v1.34.0"
}

// meet connects, and asks the server what it is. The access of the result is
// complete: it names the context and the server that were found. What was read of
// the cluster before does not count any more.
func (p *Provider) meet(ctx context.Context, access cluster.Access) (met, error) {
	s, err := p.reach(access)
	if err != nil {
		return met{}, err
	}
	s.forget()
	version, err := s.version(ctx)
	return met{s, version}, err
}

// fenced meets a cluster and asks for the namespaces of the fence at the same time:
// missing are those that do not exist. What a cluster answered a moment ago, as
// while the same process planned what it now applies, it is not asked again.
func (p *Provider) fenced(ctx context.Context, access cluster.Access) (m met, missing []string, err error) {
	s, err := p.reach(access)
	if err != nil {
		return met{}, nil, err
	}
	s.greeting.Lock()
	defer s.greeting.Unlock()
	if time.Since(s.greeting.at) < freshFor {
		return met{s, s.greeting.version}, s.greeting.missing, nil
	}
	s.forget()
	asked := time.Now()
	var group errgroup.Group
	var unread error
	group.Go(func() (err error) { m.version, err = s.version(ctx); return err })
	group.Go(func() error { missing, unread = s.missing(ctx); return nil })
	if err := group.Wait(); err != nil {
		return met{}, nil, err // it says more than what the namespaces met with
	}
	if unread != nil {
		return met{}, nil, fmt.Errorf("read the namespaces of the fence: %w", unread)
	}
	m.session = s
	s.greeting.at, s.greeting.version, s.greeting.missing = asked, m.version, missing
	return m, missing, nil
}

// reach completes an access and finds the connection to its cluster.
func (p *Provider) reach(access cluster.Access) (*session, error) {
	access, err := p.pins.resolve(access)
	if err != nil {
		return nil, err
	}
	return p.sessions.open(access)
}

// version is that of the cluster, which answers to whoever it lets in.
func (s *session) version(ctx context.Context) (string, error) {
	answer, err := s.API.Get(ctx, "/version")
	if err != nil {
		return "", unreachable(s.Access, err)
	}
	version, _ := answer["gitVersion"].(string)
	return version, nil
}

// unreachable says where the cluster was looked for, and what can be done.
func unreachable(access cluster.Access, err error) error {
	where := fmt.Sprintf("the server %s of the context %q in %s", access.Server, access.Context, access.Kubeconfig)
	switch {
	case access.Kind != "":
		where = fmt.Sprintf("the server %s of the kind cluster %q", access.Server, access.Kind)
	case access.InCluster:
		where = "the server " + access.Server + " of the cluster that this pod is in"
	}
	var status *undo.StatusError
	switch {
	case errors.As(err, &status) && status.Code == http.StatusUnauthorized:
		return fmt.Errorf("%s does not accept the credentials (%s): renew them, or name another context", where, status.Message)
	case errors.As(err, &status) && access.As != "" && status.Code == http.StatusForbidden:
		return fmt.Errorf("%s does not let this user impersonate %q (%s): grant the verb impersonate, or leave \"as\" out", where, access.As, status.Message)
	case errors.As(err, &status):
		return fmt.Errorf("%s answered %w", where, err)
	default:
		return fmt.Errorf("%s does not answer (%w): see whether the cluster runs and this machine reaches it, or name another context", where, err)
	}
}

// name is the cluster, for people.
func (m met) name() string {
	switch {
	case m.Access.Kind != "":
		return fmt.Sprintf("kind cluster %q", m.Access.Kind)
	case m.Access.InCluster:
		return "the cluster around this pod at " + m.Access.Server
	default:
		return fmt.Sprintf("context %q at %s", m.Access.Context, m.Access.Server)
	}
}

// missing are the namespaces of the fence that do not exist. A user who may not
// look counts as one who knows: the faults will tell.
func (s *session) missing(ctx context.Context) ([]string, error) {
	gone := make([]bool, len(s.Access.Namespaces))
	var group errgroup.Group
	for i, ns := range s.Access.Namespaces {
		group.Go(func() error {
			_, err := s.API.Get(ctx, "/api/v1/namespaces/"+ns)
			if undo.IsForbidden(err) {
				return nil
			}
			gone[i] = undo.IsNotFound(err)
			if gone[i] {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var names []string
	for i, ns := range s.Access.Namespaces {
		if gone[i] && !slices.Contains(names, ns) {
			names = append(names, ns)
		}
	}
	return names, nil
}
