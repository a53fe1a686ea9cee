package follow

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/gameday-dev/gameday/providers/internal/pause"
)

// errGone says that the server does not remember as far back as the copy is old.
var errGone = errors.New("the server's history does not reach back far enough")

// keep watches until ctx ends. A watch that ends is begun again where it was; when
// that is too long ago, everything is read anew.
func (f *Follower) keep(ctx context.Context, at string) {
	wait := retryFirst
	for ctx.Err() == nil {
		began := time.Now()
		next, err := f.resume(ctx, at)
		at = next
		if err != nil && ctx.Err() == nil {
			f.broke(&f.watch, time.Now(), fmt.Errorf("watch: %w", err))
		}
		if err == nil && time.Since(began) > retryAtMost {
			wait = retryFirst
			continue
		}
		pause.For(ctx, wait)
		wait = min(2*wait, retryAtMost)
	}
}

// resume watches until the watch ends, and returns from where to go on. That is how
// far it came also where it ended by an error, as a connection that is lost does: what
// has been taken must not be told again.
func (f *Follower) resume(ctx context.Context, at string) (string, error) {
	next, err := f.follow(ctx, at)
	if !errors.Is(err, errGone) {
		return next, err
	}
	if next, err = f.list(ctx, true); err != nil {
		return at, err
	}
	return next, nil
}

// list reads everything, in pages, and returns the version of the collection.
func (f *Follower) list(ctx context.Context, again bool) (string, error) {
	objects := map[types.UID]Object{}
	options := metav1.ListOptions{LabelSelector: f.config.Labels, FieldSelector: f.config.Fields, Limit: pageSize}
	for {
		page, err := f.config.Resource.List(ctx, options)
		if err != nil {
			return "", err
		}
		for i := range page.Items {
			o := page.Items[i].DeepCopy()
			f.trim(o)
			objects[o.GetUID()] = o
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			f.replace(objects, again)
			f.answered()
			f.mended()
			return page.GetResourceVersion(), nil
		}
	}
}

func (f *Follower) trim(o Object) {
	o.SetManagedFields(nil)
	if f.config.Trim != nil {
		f.config.Trim(o)
	}
}

// replace takes a new list as the copy, and tells what differs.
func (f *Follower) replace(objects map[types.UID]Object, tell bool) {
	f.mu.Lock()
	was := f.objects
	f.objects = objects
	f.version++
	f.mu.Unlock()
	if !tell || f.config.Changed == nil {
		return
	}
	for uid, now := range objects {
		if old := was[uid]; old == nil || old.GetResourceVersion() != now.GetResourceVersion() {
			f.config.Changed(old, now)
		}
	}
	for uid, old := range was {
		if objects[uid] == nil {
			f.config.Changed(old, nil)
		}
	}
}

// follow watches from a version until the watch ends, and returns how far it came.
func (f *Follower) follow(ctx context.Context, at string) (string, error) {
	seconds := int64(watchFor / time.Second)
	stream, err := f.config.Resource.Watch(ctx, metav1.ListOptions{
		LabelSelector: f.config.Labels, FieldSelector: f.config.Fields,
		ResourceVersion: at, AllowWatchBookmarks: true, TimeoutSeconds: &seconds,
	})
	if err != nil {
		return at, gone(err)
	}
	defer stream.Stop()
	f.answered()
	believed := time.NewTimer(believeFrom)
	defer believed.Stop()
	for {
		select {
		case <-ctx.Done():
			return at, ctx.Err()
		case <-believed.C:
			f.mended()
		case event, open := <-stream.ResultChan():
			if !open {
				return at, nil
			}
			if event.Type == watch.Error {
				return at, gone(apierrors.FromObject(event.Object))
			}
			if object, ok := event.Object.(*unstructured.Unstructured); ok {
				at = object.GetResourceVersion()
				f.take(event.Type, object)
			}
		}
	}
}

func gone(err error) error {
	if apierrors.IsGone(err) || apierrors.IsResourceExpired(err) {
		return errGone
	}
	return err
}

// take takes one event into the copy.
func (f *Follower) take(kind watch.EventType, object Object) {
	f.answered()
	f.mended()
	if kind == watch.Bookmark {
		return
	}
	now := object
	f.trim(now)
	f.mu.Lock()
	old := f.objects[now.GetUID()]
	if kind == watch.Deleted {
		delete(f.objects, now.GetUID())
		now = nil
	} else {
		f.objects[now.GetUID()] = now
	}
	f.version++
	f.mu.Unlock()
	if f.config.Changed != nil {
		f.config.Changed(old, now)
	}
}
