package reaper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gameday-dev/gameday/providers/kubernetes/reaper/mark"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// namePrefix begins the names of all that belongs to a reaper.
const namePrefix = "gameday-reaper-"

func labels(run string) map[string]string {
	return map[string]string{
		undo.LabelRun: run, mark.Component: mark.Reaper, "app.kubernetes.io/managed-by": "gameday",
	}
}

// find looks for a reaper whose pod is there, and tells it that it is wanted. One
// that is about to go says so only on its account as it has read it: it sees that it
// is wanted, or what it said is read here, and it counts as gone.
func (p *post) find(ctx context.Context, wanted string) (bool, error) {
	selector := metav1.ListOptions{LabelSelector: undo.LabelRun + "=" + p.run + "," + mark.Component + "=" + mark.Reaper}
	pods, err := p.Typed.CoreV1().Pods(p.namespace).List(ctx, selector)
	if err != nil {
		return false, fmt.Errorf("look for it: %w", err)
	}
	for _, pod := range pods.Items {
		if pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			continue
		}
		account, err := p.annotate(ctx, pod.Name, mark.WantedKey, wanted)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("tell it that it is wanted: %w", err)
		}
		if account.DeletionTimestamp != nil || account.Annotations[mark.LeavingKey] != "" {
			continue
		}
		p.account = account
		return true, nil
	}
	return false, nil
}

func (p *post) annotate(ctx context.Context, name, key, value string) (*corev1.ServiceAccount, error) {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]string{key: value}}})
	if err != nil {
		return nil, err
	}
	return p.Typed.CoreV1().ServiceAccounts(p.namespace).Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
}

func (p *post) makeAccount(ctx context.Context, wanted string) error {
	account, err := p.Typed.CoreV1().ServiceAccounts(p.namespace).Create(ctx, &corev1.ServiceAccount{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: namePrefix, Labels: labels(p.run), Annotations: map[string]string{mark.WantedKey: wanted},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create its service account: %w", err)
	}
	p.account = account
	return nil
}

// owned is the metadata of something that goes with the account.
func (p *post) owned(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, Namespace: p.namespace, Labels: labels(p.run),
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "ServiceAccount", Name: p.account.Name, UID: p.account.UID}},
	}
}

// unowned are the labels of something that goes with the account and can't be its own.
func (p *post) unowned() map[string]string {
	out := labels(p.run)
	out[mark.Home] = p.namespace
	return out
}

func (p *post) subject() []rbacv1.Subject {
	return []rbacv1.Subject{{Kind: "ServiceAccount", Name: p.account.Name, Namespace: p.namespace}}
}

// awaitWatching waits until the reaper has answered this wish. That it watched once
// says nothing: its node may have been stopped since.
func (p *post) awaitWatching(ctx context.Context) error {
	ticker := time.NewTicker(watchingEvery)
	defer ticker.Stop()
	for {
		account, err := p.Typed.CoreV1().ServiceAccounts(p.namespace).Get(ctx, p.account.Name, metav1.GetOptions{})
		if err == nil && account.Annotations[mark.WatchingKey] == p.account.Annotations[mark.WantedKey] {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("wait until it watches: %w", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return p.silent(ctx)
		}
	}
}

const watchingEvery = 50 * time.Millisecond

// silent says why a reaper does not watch, as its pod's status has it.
func (p *post) silent(ctx context.Context) error {
	cause := context.Cause(ctx)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	pod, err := p.Typed.CoreV1().Pods(p.namespace).Get(ctx, p.account.Name, metav1.GetOptions{})
	if err != nil {
		return errors.Join(fmt.Errorf("its pod %s/%s does not watch: %w", p.namespace, p.account.Name, cause), err)
	}
	detail := string(pod.Status.Phase)
	for _, condition := range pod.Status.Conditions {
		if condition.Status != corev1.ConditionTrue && condition.Message != "" {
			detail = condition.Message
		}
	}
	for _, container := range pod.Status.ContainerStatuses {
		if waiting := container.State.Waiting; waiting != nil {
			detail = waiting.Reason + " " + waiting.Message
		}
	}
	return fmt.Errorf("its pod %s/%s does not watch yet: %w; it is %s (image %s)", p.namespace, p.account.Name, cause, detail, p.Access.AgentImage)
}
