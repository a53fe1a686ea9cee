package kubernetes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
)

// digests are of what files and folders hold, by path: sha256, in hex; empty where there was nothing.
type digests map[string]string

// tell names paths together with what they hold.
func (d digests) tell(paths []string) []string {
	var out []string
	for _, path := range paths {
		out = append(out, path+" ("+digestText(d[path])+")")
	}
	return out
}

// digestText is enough of a digest that nobody makes another file of the same by trying.
func digestText(digest string) string {
	if digest == "" {
		return "not there"
	}
	return "sha256 " + digest[:16]
}

// contents remember what the manifests and archives of environments held when these were planned last: what was looked at
// and approved is what is applied then, even if somebody writes to the files meanwhile.
type contents struct {
	mu  sync.Mutex
	all map[string]digests // by address of the environment
}

func (c *contents) note(address string, planned digests) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[string]digests{}
	}
	c.all[address] = planned
}

// check refuses what is not as it was planned. What nobody has planned in this process, nobody was shown.
func (c *contents) check(address, path, now string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if planned, known := c.all[address][path]; known && planned != now {
		return fmt.Errorf("%s has changed since the plan was made (%s, now %s), and nothing of it was brought into the cluster: plan again, look at it, and apply that",
			path, digestText(planned), digestText(now))
	}
	return nil
}

// checkAll is check for several.
func (c *contents) checkAll(address string, now digests) error {
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(now)) {
		errs = append(errs, c.check(address, path, now[path]))
	}
	return errors.Join(errs...)
}

// pin remembers what there is of a configuration, for Up, and warns of archives that are not there.
func (k *kind) pin(ctx context.Context, address string, c kindConfig, manifests digests) (digests, providers.Diagnostics) {
	var diags providers.Diagnostics
	planned := maps.Clone(manifests)
	for _, path := range c.archives {
		digest, err := digestOf(ctx, path)
		if err != nil {
			diags = append(diags, providers.Warningf(cty.GetAttrPath("images"), "Archive not found", "%s. Bringing the environment up would fail: make it first.", capital(err))...)
		}
		planned[path] = digest
	}
	k.provider.contents.note(address, planned)
	return planned, diags
}

// digestOf reads a file piece by piece: archives of images may be larger than memory.
func digestOf(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, reading{ctx, file}); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// reading is a file that is read until nobody waits any more.
type reading struct {
	ctx  context.Context
	file io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.file.Read(p)
}
