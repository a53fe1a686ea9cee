package kubernetes

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// catalogueFor is how long the kinds that a cluster has are believed. One that is not
// among them is asked for anew at once.
const catalogueFor = time.Minute

// catalogue keeps what a cluster said of its kinds: that is a long answer, and each
// probe of a run needs it. The zero value is ready; it is safe for use from several
// goroutines.
type catalogue struct {
	mu  sync.Mutex
	all map[schema.GroupVersion]shelf
}

// shelf is what one question was answered with: of one version of a group, or what
// the cluster prefers of everything.
type shelf struct {
	lists []*metav1.APIResourceList
	at    time.Time
}

// question is what discovery is asked for a kind.
func (w wanted) question() schema.GroupVersion {
	if w.version == "" {
		return schema.GroupVersion{}
	}
	return schema.GroupVersion{Group: w.group, Version: w.version}
}

// lists are those to find a kind in; nil where they are not known, or not any more.
func (c *catalogue) lists(w wanted) []*metav1.APIResourceList {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.all[w.question()]
	if time.Since(found.at) > catalogueFor {
		return nil
	}
	return found.lists
}

func (c *catalogue) keep(w wanted, lists []*metav1.APIResourceList) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[schema.GroupVersion]shelf{}
	}
	c.all[w.question()] = shelf{lists, time.Now()}
}
