package kubernetes

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/gameday-dev/gameday/providers"
)

// witness sees the effect of a fault without who did it.
type witness interface {
	// before notes what there is; it becomes JSON, is without secrets, and comes back as a look's data.
	before(ctx context.Context, p preparation) (any, error)

	// absent refuses to begin where the effect is there already: it would prove nothing.
	absent(ctx context.Context, i injection) error

	// facts are one finding a target, without a state: its facts, or the reason why there are none.
	facts(ctx context.Context, l look) ([]finding, error)

	// settled says what is still wrong when the fault has been undone.
	settled(ctx context.Context, l look) (string, error)
}

func (f operated) witness() witness {
	switch f.Evidence {
	case EvidencePodsGone:
		return podsGone{}
	case EvidenceContainersReplaced:
		return containersReplaced{one: f.Container}
	default:
		return byCommand{}
	}
}

// podsGone is as kubernetes_pod_kill sees it.
type podsGone struct{ settlesAtOnce }

func (podsGone) before(ctx context.Context, p preparation) (any, error) {
	made, err := podKill{}.intend(ctx, p)
	return made.data, err
}

func (podsGone) absent(context.Context, injection) error { return nil } // before has looked

func (podsGone) facts(ctx context.Context, l look) ([]finding, error) {
	return podKill{}.observe(ctx, l)
}

func (podsGone) settling(ctx context.Context, l look) (string, error) {
	return podKill{}.settling(ctx, l)
}

// containersReplaced compares containers with those that ran before.
type containersReplaced struct{ one bool }

// ranBefore are containers that ran, by pod UID and name.
type ranBefore map[string]map[string]containerBefore

type containerBefore struct {
	ID      string `json:"id"`
	Image   string `json:"image"`
	ImageID string `json:"imageID"`
}

// isBack reports whether a container runs its own image again. A runtime may tell another of an image's names than
// before, and a name may lead to a newer image: one of the two is enough.
func (b containerBefore) isBack(c *corev1.ContainerStatus) bool {
	return c.State.Running != nil && (c.Image == b.Image || c.ImageID == b.ImageID)
}

func (w containersReplaced) before(ctx context.Context, p preparation) (any, error) {
	ran := ranBefore{}
	for _, t := range p.targets {
		pod, err := p.session.pod(ctx, t)
		if err != nil {
			return nil, err
		}
		only := ""
		if w.one {
			if only, err = containerOf(pod, p.config.String("container")); err != nil {
				return nil, err
			}
		}
		ran[t.UID] = map[string]containerBefore{}
		for i := range pod.Status.ContainerStatuses {
			if c := &pod.Status.ContainerStatuses[i]; c.State.Running != nil && (only == "" || only == c.Name) {
				ran[t.UID][c.Name] = containerBefore{c.ContainerID, c.Image, c.ImageID}
			}
		}
	}
	return ran, nil
}

func (containersReplaced) absent(context.Context, injection) error { return nil }

func (w containersReplaced) facts(ctx context.Context, l look) ([]finding, error) {
	var ran ranBefore
	if err := decode(l.data, &ran); err != nil {
		return nil, err
	}
	return l.lookAt(ctx, func(ctx context.Context, t providers.Target) (finding, error) {
		pod, err := l.session.pod(ctx, t)
		if err != nil {
			return finding{}, err
		}
		var f finding
		for i := range pod.Status.ContainerStatuses {
			c := &pod.Status.ContainerStatuses[i]
			before, has := ran[t.UID][c.Name]
			switch {
			case !has: // it did not run before: that it does not now proves nothing
			case c.State.Running != nil && c.ContainerID == before.ID:
				return finding{detail: "container " + c.Name + " is the one that ran before"}, nil
			case !w.one && before.isBack(c): // it ended by itself: the fault gives it another image
				return finding{detail: "container " + c.Name + " runs its own image"}, nil
			default:
				f.facts = append(f.facts, providers.Fact{
					Name: "container_replaced", Text: fmt.Sprintf("container %s of %s %s", c.Name, t.Name, doing(c)), Value: float64(c.RestartCount), Unit: "restarts",
				})
			}
		}
		return f, nil
	})
}

func (containersReplaced) settled(ctx context.Context, l look) (string, error) {
	var ran ranBefore
	if err := decode(l.data, &ran); err != nil {
		return "", err
	}
	var missing []string
	for _, t := range l.record.Targets {
		pod, err := l.session.pod(ctx, t)
		if apierrors.IsNotFound(err) {
			continue // its replacement never had another image
		}
		if err != nil {
			return "", err
		}
		for i := range pod.Status.ContainerStatuses {
			c := &pod.Status.ContainerStatuses[i]
			if before, has := ran[t.UID][c.Name]; has && !before.isBack(c) {
				missing = append(missing, fmt.Sprintf("container %s of %s %s", c.Name, t.Name, doing(c)))
			}
		}
	}
	return strings.Join(missing, "; "), nil
}
