package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// kubeBench is the namespace that everything is measured in.
type kubeBench struct {
	client    kubernetes.Interface
	gameday   string
	work      string // folder for configurations
	namespace string
	rounds    int
}

const patience = 2 * time.Minute // with anything that a controller does

func openKubeBench(ctx context.Context, opts options) (*kubeBench, error) {
	path := os.Getenv("KUBECONFIG")
	if path == "" {
		return nil, errors.New("KUBECONFIG is not set: it must name the kubeconfig of a cluster that may be used for measurements")
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // the loop is as fast as the server lets it be
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	gameday, err := filepath.Abs(opts.gameday)
	if err != nil {
		return nil, err
	}
	made, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "gameday-bench-"}}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	b := &kubeBench{client: client, gameday: gameday, namespace: made.Name, rounds: opts.rounds}
	b.work, err = os.MkdirTemp("", "gameday-bench")
	return b, err
}

func (b *kubeBench) close() {
	_ = os.RemoveAll(b.work) // a folder for temporary files cleans itself up in the end
	err := b.client.CoreV1().Namespaces().Delete(context.Background(), b.namespace, metav1.DeleteOptions{})
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: remove the namespace %s: %v\n", b.namespace, err)
	}
}

// replicaSet makes n pods that no node takes, and waits for them.
func (b *kubeBench) replicaSet(ctx context.Context, name string, n int32) error {
	labels := map[string]string{"app": name}
	set := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec: appsv1.ReplicaSetSpec{
			Replicas: &n, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					NodeSelector: map[string]string{"gameday.dev/bench": "nowhere"},
					Containers:   []corev1.Container{{Name: "pause", Image: "gameday.invalid/pause"}},
				},
			},
		},
	}
	if _, err := b.client.AppsV1().ReplicaSets(b.namespace).Create(ctx, set, metav1.CreateOptions{}); err != nil {
		return err
	}
	_, err := b.pods(ctx, name, int(n))
	return err
}

// pods waits until a set has n pods and returns them.
func (b *kubeBench) pods(ctx context.Context, set string, n int) ([]corev1.Pod, error) {
	var pods []corev1.Pod
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		list, err := b.client.CoreV1().Pods(b.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + set})
		if err != nil {
			return false, err
		}
		pods = nil
		for _, pod := range list.Items {
			if pod.DeletionTimestamp == nil {
				pods = append(pods, pod)
			}
		}
		return len(pods) == n, nil
	})
	if err != nil {
		return nil, fmt.Errorf("wait for %d pods of %s: %w", n, set, err)
	}
	return pods, nil
}

// gone watches until every one of the pods is being deleted, and returns when the
// last was seen. The watch stands before do is called.
func (b *kubeBench) gone(ctx context.Context, pods []corev1.Pod, do func() error) (last time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	watcher, err := b.client.CoreV1().Pods(b.namespace).Watch(ctx, metav1.ListOptions{ResourceVersion: newest(pods)})
	if err != nil {
		return last, err
	}
	defer watcher.Stop()
	left := map[types.UID]bool{}
	for _, pod := range pods {
		left[pod.UID] = true
	}
	done := make(chan error, 1)
	go func() { done <- do() }()
	for event := range watcher.ResultChan() {
		pod, ok := event.Object.(*corev1.Pod)
		if !ok || pod.DeletionTimestamp == nil && event.Type != "DELETED" {
			continue
		}
		delete(left, pod.UID)
		if len(left) == 0 {
			return time.Now(), <-done
		}
	}
	return last, fmt.Errorf("%d of %d pods were not deleted: %w", len(left), len(pods), errors.Join(ctx.Err(), <-done))
}

// newest is the resource version to watch from: the list's would be as good, and
// any pod's is part of it.
func newest(pods []corev1.Pod) string {
	version := ""
	for _, pod := range pods {
		if len(pod.ResourceVersion) > len(version) || len(pod.ResourceVersion) == len(version) && pod.ResourceVersion > version {
			version = pod.ResourceVersion
		}
	}
	return version
}
