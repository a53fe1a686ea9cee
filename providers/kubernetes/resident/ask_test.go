package resident

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/rest"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/klog/v2"
	"k8s.io/streaming/pkg/httpstream/wsstream"

	"github.com/gameday-dev/gameday/providers/kubernetes/cluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/resident/wire"
)

// speaking is a cluster with one pod, whose agents answer as the test wants it.
type speaking struct {
	*cluster.Cluster

	t       *testing.T
	answers map[string]wire.Reply // by container; those that are missing say "absent"

	mu    sync.Mutex
	asked []string // "revert gameday-network-1"
	left  string   // the container that has left, of which the kubelet says so only when somebody has failed to reach it
	stay  time.Duration
}

func speakingIn(t *testing.T, pod *corev1.Pod, imageName string, answers map[string]wire.Reply) *speaking {
	t.Helper()
	s := &speaking{t: t, answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := fake.NewClientset(pod)
	client.PrependWatchReactor("pods", func(clienttesting.Action) (bool, watch.Interface, error) {
		return true, s.started(client.Tracker(), pod), nil
	})
	s.Cluster = &cluster.Cluster{Typed: client, Config: &rest.Config{Host: server.URL}, Access: cluster.Access{AgentImage: imageName}}
	return s
}

// started is a watch that tells that every agent which has not run yet does.
func (s *speaking) started(tracker clienttesting.ObjectTracker, pod *corev1.Pod) watch.Interface {
	found, err := tracker.Get(corev1.SchemeGroupVersion.WithResource("pods"), pod.Namespace, pod.Name)
	assert.NoError(s.t, err)
	now, is := found.(*corev1.Pod)
	assert.True(s.t, is)
	for _, c := range now.Spec.EphemeralContainers {
		if statusOf(now, c.Name) == nil {
			now.Status.EphemeralContainerStatuses = append(now.Status.EphemeralContainerStatuses, corev1.ContainerStatus{Name: c.Name, State: isRunning()})
		}
	}
	w := watch.NewFakeWithChanSize(1, false)
	w.Modify(now)
	return w
}

// ServeHTTP is a command in a container, as an API server has it.
func (s *speaking) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if at := r.URL.Query().Get("container"); at == s.left {
		s.end(at)
		http.Error(w, "container not found (\""+at+"\")", http.StatusInternalServerError)
		return
	}
	conn := wsstream.NewConn(map[string]wsstream.ChannelProtocolConfig{"v5.channel.k8s.io": {Binary: true, Channels: []wsstream.ChannelType{
		wsstream.ReadChannel, wsstream.WriteChannel, wsstream.WriteChannel, wsstream.WriteChannel,
	}}})
	_, streams, err := conn.Open(w, r.WithContext(klog.NewContext(r.Context(), klog.Logger{}))) // it logs its own end
	if !assert.NoError(s.t, err) {
		return
	}
	defer conn.Close()
	text, err := io.ReadAll(streams[0])
	assert.NoError(s.t, err)
	request, err := wire.Read[wire.Request](bytes.NewReader(text))
	assert.NoError(s.t, err)
	assert.NoError(s.t, wire.Write(streams[1], s.answer(r.URL.Query().Get("container"), request)))
	assert.NoError(s.t, json.NewEncoder(streams[3]).Encode(metav1.Status{Status: metav1.StatusSuccess}))
}

// end has the kubelet say that a container has ended.
func (s *speaking) end(container string) {
	pods := s.Typed.CoreV1().Pods("shop")
	pod, err := pods.Get(s.t.Context(), "web-1", metav1.GetOptions{})
	if assert.NoError(s.t, err) {
		statusOf(pod, container).State = exited(0)
		_, err = pods.UpdateStatus(s.t.Context(), pod, metav1.UpdateOptions{})
		assert.NoError(s.t, err)
	}
}

func (s *speaking) answer(container string, r wire.Request) wire.Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, string(r.Op)+" "+container)
	s.stay = r.Stay
	if reply, found := s.answers[container]; found {
		return reply
	}
	return wire.Reply{State: wire.Absent}
}

// images are those of the agents that the pod lists, by name.
func (s *speaking) images() map[string]string {
	s.t.Helper()
	pod, err := s.Typed.CoreV1().Pods("shop").Get(s.t.Context(), "web-1", metav1.GetOptions{})
	require.NoError(s.t, err)
	out := map[string]string{}
	for _, c := range pod.Spec.EphemeralContainers {
		out[c.Name] = c.Image
	}
	return out
}

func isRunning() corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
}
