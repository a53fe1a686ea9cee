package kubernetes

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes/webhook"
	"github.com/gameday-dev/gameday/providers/kubernetes/world"
)

const (
	webhookPort  = 8443
	webhookReady = 100 * time.Millisecond // between two looks at the pod
	// reviewMargin is how much longer the API server waits than the webhook takes.
	reviewMargin = 5 * time.Second
	// webhookOutlives is how long after the fault's deadline its pod ends by itself.
	webhookOutlives = time.Minute
	// labelWebhook is by which the service finds its pod.
	labelWebhook = "gameday.dev/webhook"
)

func podsPath(namespace string) string     { return "/api/v1/namespaces/" + namespace + "/pods" }
func servicesPath(namespace string) string { return "/api/v1/namespaces/" + namespace + "/services" }

// delayRequests runs a server, and then tells the API server of it. The webhook
// is passed over where it fails: a dead one delays nothing, and blocks nothing. One
// that the API server does not reach within a time is an error.
func (i injection) delayRequests(ctx context.Context, within time.Duration) error {
	name, home := addedName(i.record.ID), i.record.Targets[0].Name
	made, err := webhook.NewCertificate(name+"."+home+".svc", i.record.Deadline.Add(webhookOutlives))
	if err != nil {
		return err
	}
	if err := i.add(ctx, i.steps[0], i.webhookPod(name, home, made)); err != nil {
		return err
	}
	if err := i.add(ctx, i.steps[1], webhookService(name, home)); err != nil {
		return err
	}
	cert, err := i.webhookUp(ctx)
	if err != nil {
		return err
	}
	if err := i.add(ctx, i.steps[2], i.webhookConfiguration(name, home, cert)); err != nil {
		return err
	}
	return i.awaitReached(ctx, home, within)
}

// webhookUp waits for the pod and returns the certificate that it serves with: of
// two injections of one record, the first made the pod.
func (i injection) webhookUp(ctx context.Context) (string, error) {
	ticker := time.NewTicker(webhookReady)
	defer ticker.Stop()
	state := "it is not there yet"
	for {
		var pod corev1.Pod
		if err := i.session.into(ctx, i.steps[0].Path, &pod); err != nil && ctx.Err() == nil {
			return "", fmt.Errorf("wait for the webhook's pod: %w", err)
		}
		if world.Ready(&pod) {
			return certificateOf(pod), nil
		}
		if len(pod.Status.ContainerStatuses) > 0 {
			if w := pod.Status.ContainerStatuses[0].State.Waiting; w != nil {
				state = "its container waits: " + w.Reason + " " + w.Message
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return "", fmt.Errorf("wait for the webhook's pod %s: %s: %w", i.steps[0].Path, state, ctx.Err())
		}
	}
}

func certificateOf(pod corev1.Pod) string {
	for _, container := range pod.Spec.Containers {
		for _, env := range container.Env {
			if env.Name == webhook.VariableCert {
				return env.Value
			}
		}
	}
	return ""
}

// webhookPod keeps to the restricted Pod Security Standard. The key is in its
// specification rather than in a Secret: it is good for nothing but this webhook,
// and the right to read Secrets would be worth far more. The image names a user that
// is not root, and OpenShift refuses any but its namespace's own.
func (i injection) webhookPod(name, namespace string, certificate webhook.Certificate) map[string]any {
	latency := i.config.Duration("latency")
	lives := time.Until(i.record.Deadline) + webhookOutlives
	return map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"name": name, "namespace": namespace, "labels": map[string]any{labelWebhook: name}},
		"spec": map[string]any{
			"automountServiceAccountToken": false, "enableServiceLinks": false, "terminationGracePeriodSeconds": 1,
			"activeDeadlineSeconds": max(1, int(lives.Seconds())),
			"securityContext":       map[string]any{"runAsNonRoot": true, "seccompProfile": map[string]any{"type": "RuntimeDefault"}},
			"containers": []any{map[string]any{
				"name": "webhook", "image": i.session.Access.AgentImage, "imagePullPolicy": "IfNotPresent",
				"args": []string{webhook.Role, "-listen", fmt.Sprintf(":%d", webhookPort), "-latency", latency.String()},
				"env": []any{
					map[string]any{"name": webhook.VariableCert, "value": certificate.Cert},
					map[string]any{"name": webhook.VariableKey, "value": certificate.Key},
				},
				"ports":          []any{map[string]any{"containerPort": webhookPort}},
				"readinessProbe": map[string]any{"periodSeconds": 1, "httpGet": map[string]any{"path": webhook.HealthPath, "port": webhookPort, "scheme": "HTTPS"}},
				"resources": map[string]any{
					"requests": map[string]any{"cpu": "10m", "memory": "16Mi"}, "limits": map[string]any{"cpu": "500m", "memory": "64Mi"},
				},
				"securityContext": map[string]any{
					"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": map[string]any{"drop": []string{"ALL"}},
				},
			}},
		},
	}
}

func webhookService(name, namespace string) map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": name, "namespace": namespace},
		"spec": map[string]any{
			"selector": map[string]any{labelWebhook: name},
			"ports":    []any{map[string]any{"port": 443, "targetPort": webhookPort}},
		},
	}
}

func (i injection) webhookConfiguration(name, namespace, cert string) map[string]any {
	path := webhook.ReviewPath
	timeout := i.config.Duration("latency") + reviewMargin
	return map[string]any{
		"apiVersion": admissionVersion, "kind": "ValidatingWebhookConfiguration", "metadata": reviewMetadata(name, i.record.Targets),
		"webhooks": []any{map[string]any{
			"name": "delay.gameday.dev", "sideEffects": "None", "failurePolicy": "Ignore",
			"admissionReviewVersions": []string{"v1"}, "timeoutSeconds": int((timeout + time.Second - 1) / time.Second),
			"clientConfig": map[string]any{
				"caBundle": base64.StdEncoding.EncodeToString([]byte(cert)),
				"service":  map[string]any{"name": name, "namespace": namespace, "path": path, "port": 443},
			},
			"namespaceSelector": reviewNamespaces(i.record.Targets), "rules": reviewRules(i.config),
			"matchConditions": reviewConditions(i.config, i.record.ID),
		}},
	}
}
