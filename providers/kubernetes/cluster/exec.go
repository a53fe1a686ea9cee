package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
)

// Command is one to be run in a container.
type Command struct {
	Namespace, Pod, Container string
	Args                      []string
	Stdin                     io.Reader // nil for none
}

// Exec runs a command in a container and returns what it wrote: to its standard output, and to the other one, which is in
// the error, too. Where the command ended by itself with another status than 0, the error is an exec.ExitError of client-go.
func (c *Cluster) Exec(ctx context.Context, command Command) (output []byte, complaint string, err error) {
	executor, err := c.executor(command)
	if err != nil {
		return nil, "", err
	}
	var out, complaints bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: command.Stdin, Stdout: &out, Stderr: &complaints})
	complaint = strings.TrimSpace(complaints.String())
	if err != nil && complaint != "" {
		err = fmt.Errorf("%w: %s", err, complaint)
	}
	return out.Bytes(), complaint, err
}

// executor speaks WebSocket, and SPDY to servers that do not know that yet.
func (c *Cluster) executor(command Command) (remotecommand.Executor, error) {
	config := rest.CopyConfig(c.Config)
	config.GroupVersion, config.APIPath, config.NegotiatedSerializer = &corev1.SchemeGroupVersion, "/api", scheme.Codecs.WithoutConversion()
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, err
	}
	url := client.Post().Resource("pods").Namespace(command.Namespace).Name(command.Pod).SubResource("exec").VersionedParams(&corev1.PodExecOptions{
		Container: command.Container, Command: command.Args, Stdin: command.Stdin != nil, Stdout: true, Stderr: true,
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
