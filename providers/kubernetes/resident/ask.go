package resident

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/image"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/agent"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// Ask sends one request to an agent and returns its reply.
func Ask(ctx context.Context, c *cluster.Cluster, step claim.PodStep, name string, request wire.Request) (wire.Reply, error) {
	request.Version = wire.Version
	var in, out, complaints bytes.Buffer
	if err := wire.Write(&in, request); err != nil {
		return wire.Reply{}, err
	}
	at := placeOf(step, name)
	executor, err := executorFor(c, at)
	if err != nil {
		return wire.Reply{}, err
	}
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: &in, Stdout: &out, Stderr: &complaints})
	if err != nil {
		return wire.Reply{}, fmt.Errorf("ask the agent in pod %s/%s (container %s): %w%s", at.namespace, at.pod, at.container, err, told(&complaints))
	}
	reply, err := wire.Read[wire.Reply](&out)
	if err != nil {
		return reply, fmt.Errorf("the agent in pod %s/%s (container %s): %w%s", at.namespace, at.pod, at.container, err, told(&complaints))
	}
	return reply, reply.Err()
}

// place is the container in which an agent runs, and the name that it has there.
type place struct{ namespace, pod, container, name string }

func placeOf(step claim.PodStep, name string) place {
	if hosted(step) {
		return place{step.Host.Namespace, step.Host.Name, hostContainer, step.Host.Name}
	}
	return place{step.Namespace, step.Pod, name, name}
}

func told(complaints *bytes.Buffer) string {
	if text := strings.TrimSpace(complaints.String()); text != "" {
		return ": " + text
	}
	return ""
}

// executorFor speaks WebSocket, and SPDY to servers that do not know that yet.
func executorFor(c *cluster.Cluster, at place) (remotecommand.Executor, error) {
	config := rest.CopyConfig(c.Config)
	config.GroupVersion, config.APIPath, config.NegotiatedSerializer = &corev1.SchemeGroupVersion, "/api", scheme.Codecs.WithoutConversion()
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, err
	}
	url := client.Post().Resource("pods").Namespace(at.namespace).Name(at.pod).SubResource("exec").VersionedParams(&corev1.PodExecOptions{
		Container: at.container, Command: []string{image.Path, agent.AskRole, "-name=" + at.name}, Stdin: true, Stdout: true, Stderr: true,
	}, scheme.ParameterCodec).URL()
	spdy, err := remotecommand.NewSPDYExecutor(config, http.MethodPost, url)
	if err != nil {
		return nil, err
	}
	socket, err := remotecommand.NewWebSocketExecutor(config, http.MethodGet, url.String())
	if err != nil {
		return nil, err
	}
	return remotecommand.NewFallbackExecutor(socket, spdy, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
}

// ErrNoAgent says that no agent runs in the pod.
var ErrNoAgent = errors.New("no agent runs in the pod")
