package access

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/gameday-dev/gameday/providers"
)

// believedFor is how long an answer counts: for all faults of one plan.
const believedFor = time.Minute

// together is how many questions are asked at once.
const together = 20

// Checker asks every question once. It belongs to one user of one cluster and is
// safe for use from several goroutines. The zero value is ready.
type Checker struct {
	mu      sync.Mutex // held while questions are asked: the faults of a plan share the answers
	answers map[question]answer
}

type answer struct {
	held bool
	at   time.Time
}

// Check is as the function of that name.
func (c *Checker) Check(ctx context.Context, client kubernetes.Interface, rules []providers.AccessRule, namespaces []string) ([]providers.Permission, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ask(ctx, client, c.unanswered(questions(rules, namespaces))); err != nil {
		return nil, err
	}
	return c.permissions(rules, namespaces), nil
}

func (c *Checker) unanswered(all []question) []question {
	var open []question
	for _, q := range all {
		if time.Since(c.answers[q].at) > believedFor {
			open = append(open, q)
		}
	}
	return open
}

func (c *Checker) ask(ctx context.Context, client kubernetes.Interface, open []question) error {
	if c.answers == nil {
		c.answers = map[question]answer{}
	}
	held := make([]bool, len(open))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(together)
	for i, q := range open {
		group.Go(func() (err error) { held[i], err = review(ctx, client, q); return err })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("ask what this user may do: %w", err)
	}
	for i, q := range open {
		c.answers[q] = answer{held[i], time.Now()}
	}
	return nil
}

func review(ctx context.Context, client kubernetes.Interface, q question) (bool, error) {
	resource, sub, _ := strings.Cut(q.resource, "/")
	asked := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: q.namespace, Verb: q.verb, Group: q.group, Resource: resource, Subresource: sub,
		},
	}}
	told, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, asked, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return told.Status.Allowed, nil
}
