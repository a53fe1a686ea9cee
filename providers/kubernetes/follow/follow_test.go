package follow_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/gameday-dev/gameday/providers/kubernetes/follow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 10 * time.Second
	tick     = 5 * time.Millisecond
)

func pods() schema.GroupVersionResource {
	return schema.GroupVersionResource{Version: "v1", Resource: "pods"}
}

func pod(name, version string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod"}}
	o.SetName(name)
	o.SetNamespace("shop")
	o.SetUID(types.UID("uid-" + name))
	o.SetResourceVersion(version)
	return o
}

// server is an API server whose watches the test holds in its hands: what a real
// one cannot be made to do at a given moment.
type server struct {
	*fake.FakeDynamicClient

	mu      sync.Mutex
	watches []*watch.FakeWatcher
	from    []string       // the versions at which they begin
	refuse  error          // to watch
	unlist  error          // to list
	end     *metav1.Status // what each watch begins and ends with
	lists   atomic.Int32
}

func newServer(objects ...runtime.Object) *server {
	s := &server{FakeDynamicClient: fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(),
		map[schema.GroupVersionResource]string{pods(): "PodList"}, objects...)}
	s.PrependWatchReactor("pods", func(action clienttesting.Action) (bool, watch.Interface, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.refuse != nil {
			return true, nil, s.refuse
		}
		w := watch.NewFakeWithOptions(watch.FakeOptions{ChannelSize: 100})
		if s.end != nil {
			w.Error(s.end)
		}
		options, _ := action.(clienttesting.WatchActionImpl)
		s.watches, s.from = append(s.watches, w), append(s.from, options.ListOptions.ResourceVersion)
		return true, w, nil
	})
	s.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lists.Add(1)
		return s.unlist != nil, nil, s.unlist
	})
	return s
}

// setEnd has every watch from now on end at once with a status, and no list succeed.
func (s *server) setEnd(end metav1.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end, s.unlist = &end, errors.New("too many requests")
}

// version is where the n-th watch began, from 1.
func (s *server) version(n int) string { s.mu.Lock(); defer s.mu.Unlock(); return s.from[n-1] }

func (s *server) setRefuse(err error) { s.mu.Lock(); defer s.mu.Unlock(); s.refuse = err }

// watcher is the n-th watch, from 1.
func (s *server) watcher(t *testing.T, n int) *watch.FakeWatcher {
	t.Helper()
	var w *watch.FakeWatcher
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.watches) >= n {
			w = s.watches[n-1]
		}
		return w != nil
	}, patience, tick)
	return w
}

func (s *server) resource() dynamic.ResourceInterface { return s.Resource(pods()).Namespace("shop") }

func names(f *follow.Follower) (out []string) {
	all, _ := f.Objects()
	for _, o := range all {
		out = append(out, o.GetName())
	}
	return out
}

func start(t *testing.T, config follow.Config) *follow.Follower {
	t.Helper()
	f, err := follow.Start(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

func TestTheCopyFollowsTheCluster(t *testing.T) {
	s := newServer(pod("b", "1"), pod("a", "1"))
	f := start(t, follow.Config{Resource: s.resource(), Trim: func(o follow.Object) { o.SetLabels(map[string]string{"trimmed": "yes"}) }})
	assert.Equal(t, []string{"a", "b"}, names(f))
	before := f.Version()

	w := s.watcher(t, 1)
	w.Add(pod("c", "2"))
	w.Delete(pod("a", "3"))
	require.Eventually(t, func() bool { return len(names(f)) == 2 && names(f)[1] == "c" }, patience, tick)
	assert.Greater(t, f.Version(), before)
	all, _ := f.Objects()
	for _, o := range all {
		assert.Equal(t, "yes", o.GetLabels()["trimmed"])
	}
	since, _ := f.Behind()
	assert.True(t, since.IsZero())
	assert.EqualValues(t, 1, s.lists.Load(), "it does not poll")
}

func TestAWatchThatEndsIsBegunAgainWhereItWas(t *testing.T) {
	s := newServer(pod("a", "1"))
	f := start(t, follow.Config{Resource: s.resource()})
	s.watcher(t, 1).Stop()
	s.watcher(t, 2).Add(pod("b", "2"))
	require.Eventually(t, func() bool { return len(names(f)) == 2 }, patience, tick)
	assert.EqualValues(t, 1, s.lists.Load())
}

func TestAWatchThatEndsByAnErrorTellsNothingTwice(t *testing.T) {
	s := newServer(pod("a", "1"))
	var told atomic.Int32
	f := start(t, follow.Config{Resource: s.resource(), Changed: func(follow.Object, follow.Object) { told.Add(1) }})
	w := s.watcher(t, 1)
	w.Modify(pod("a", "4"))
	w.Modify(pod("a", "5"))
	status := apierrors.NewInternalError(errors.New("http2: client connection lost")).ErrStatus
	w.Error(&status)
	s.watcher(t, 2)
	assert.Equal(t, "5", s.version(2), "from an older one the server would send it all again")
	assert.EqualValues(t, 2, told.Load())
	assert.Equal(t, []string{"a"}, names(f))
}

func TestAForgottenHistoryIsReadAnewAndTold(t *testing.T) {
	s := newServer(pod("a", "1"), pod("b", "1"))
	var mu sync.Mutex
	told := map[string]string{}
	f := start(t, follow.Config{Resource: s.resource(), Changed: func(old, now follow.Object) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case old == nil:
			told[now.GetName()] = "new"
		case now == nil:
			told[old.GetName()] = "gone"
		default:
			told[now.GetName()] = "changed"
		}
	}})
	w := s.watcher(t, 1)
	require.NoError(t, s.resource().Delete(t.Context(), "a", metav1.DeleteOptions{}))
	_, err := s.resource().Create(t.Context(), pod("c", "5"), metav1.CreateOptions{})
	require.NoError(t, err)
	status := apierrors.NewResourceExpired("too old").ErrStatus
	w.Error(&status)
	require.Eventually(t, func() bool { return s.lists.Load() == 2 && len(names(f)) == 2 && names(f)[1] == "c" }, patience, tick)
	require.Eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(told) == 2 }, patience, tick)
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, map[string]string{"a": "gone", "c": "new"}, told, "b is as it was")
}

func TestAServerThatIsAwayIsToldOfUntilItIsBack(t *testing.T) {
	s := newServer(pod("a", "1"))
	f := start(t, follow.Config{Resource: s.resource()})
	w := s.watcher(t, 1)
	s.setRefuse(errors.New("connection refused"))
	w.Stop()
	require.Eventually(t, func() bool { since, _ := f.Behind(); return !since.IsZero() }, patience, tick)
	_, err := f.Behind()
	assert.ErrorContains(t, err, "connection refused")
	assert.Equal(t, []string{"a"}, names(f), "what was known is still there")
	s.setRefuse(nil)
	require.Eventually(t, func() bool { since, _ := f.Behind(); return since.IsZero() }, patience, tick)
}

func TestAWatchThatOpensOnlyToEndIsNotBelieved(t *testing.T) {
	for name, end := range map[string]metav1.Status{
		"error": apierrors.NewInternalError(errors.New("etcd is away")).ErrStatus,
		"gone":  apierrors.NewResourceExpired("too old").ErrStatus,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(pod("a", "1"))
				f := start(t, follow.Config{Resource: s.resource()})
				first := s.watcher(t, 1)
				s.setEnd(end)
				began := time.Now()
				first.Error(&end)
				for time.Since(began) < 10*time.Second {
					time.Sleep(100 * time.Millisecond)
					since, _ := f.Behind()
					require.WithinDuration(t, began, since, tick, "after %s", time.Since(began))
				}
			})
		})
	}
}

// TestAServerThatHangsIsKnownWithinTwoSeconds has it hang at every moment between two
// questions. Two seconds are what a probe believes a copy for.
func TestAServerThatHangsIsKnownWithinTwoSeconds(t *testing.T) {
	const believed = 2 * time.Second
	for after := 10 * time.Second; after < 12*time.Second; after += 100 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(pod("a", "1"))
			var hangs atomic.Bool
			f := start(t, follow.Config{Resource: s.resource(), Alive: func(ctx context.Context) error {
				time.Sleep(30 * time.Millisecond) // what an answer takes
				if hangs.Load() {
					<-ctx.Done()
				}
				return ctx.Err()
			}})
			stale := func() bool { since, _ := f.Behind(); return !since.IsZero() && time.Since(since) >= believed }
			for began := time.Now(); time.Since(began) < after; time.Sleep(tick) {
				require.False(t, stale(), "it answers")
			}
			hangs.Store(true)
			hung := time.Now()
			time.Sleep(believed + tick)
			for ; time.Since(hung) < 10*time.Second; time.Sleep(tick) {
				require.True(t, stale(), "%s after it hung", time.Since(hung))
			}
			hangs.Store(false)
			time.Sleep(4 * time.Second)
			require.False(t, stale(), "it is back")
		})
	}
}

func TestASilentWatchIsDoubted(t *testing.T) {
	s := newServer(pod("a", "1"))
	var alive atomic.Bool
	f := start(t, follow.Config{Resource: s.resource(), Alive: func(context.Context) error {
		if alive.Load() {
			return nil
		}
		return errors.New("no answer")
	}})
	s.watcher(t, 1)
	require.Eventually(t, func() bool { since, _ := f.Behind(); return !since.IsZero() }, patience, tick)
	alive.Store(true)
	require.Eventually(t, func() bool { since, _ := f.Behind(); return since.IsZero() }, patience, tick)
}

func TestWhatCannotBeListedIsAnErrorAtOnce(t *testing.T) {
	s := newServer()
	s.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", errors.New("no right"))
	})
	_, err := follow.Start(t.Context(), follow.Config{Resource: s.resource()})
	require.True(t, apierrors.IsForbidden(err))
}
