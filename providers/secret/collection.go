package secret

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// Collection is the secrets that were met so far. Some are met only during a run,
// when an environment is up: what masks by a collection hides each from the moment in
// which it is there. The zero value is empty. It is safe for use from several
// goroutines.
type Collection struct {
	mu    sync.Mutex
	texts map[string]bool
	mask  *Mask // of texts; nil when there have come more since it was made
}

// Add takes a text that is secret. An empty one is none.
func (c *Collection) Add(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text == "" || c.texts[text] {
		return
	}
	if c.texts == nil {
		c.texts = map[string]bool{}
	}
	c.texts[text], c.mask = true, nil
}

// Texts are the secrets, longest first.
func (c *Collection) Texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sorted()
}

func (c *Collection) sorted() []string {
	return slices.SortedFunc(maps.Keys(c.texts), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
}

// Empty reports whether there is nothing to hide so far.
func (c *Collection) Empty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.texts) == 0
}

// Text is text without the secrets that are there by now.
func (c *Collection) Text(text string) string { return c.current().Text(text) }

func (c *Collection) current() *Mask {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mask == nil {
		c.mask = NewMask(c.sorted()...)
	}
	return c.mask
}
