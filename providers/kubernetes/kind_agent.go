package kubernetes

import (
	"fmt"
	"os"
	"sync"

	"github.com/gameday-dev/gameday/providers/kubernetes/image"
)

// agent is the binary that is loaded into kind clusters. Its digest is computed
// once.
type agent struct {
	given *image.Binary // instead of the one beside gameday

	once   sync.Once
	binary image.Binary
	name   string
	err    error
}

// tag is the name of the agent's image.
func (a *agent) tag() (string, error) {
	a.once.Do(func() { a.name, a.err = a.find() })
	return a.name, a.err
}

func (a *agent) find() (string, error) {
	if a.given != nil {
		a.binary = *a.given
	} else {
		found, err := image.Find()
		if err != nil {
			return "", err
		}
		a.binary = found
	}
	if err := a.binary.Check(); err != nil {
		return "", err
	}
	return a.binary.Tag()
}

// archive writes the image to a temporary file; remove deletes it.
func (a *agent) archive() (path string, remove func(), err error) {
	tag, err := a.tag()
	if err != nil {
		return "", nil, err
	}
	file, err := os.CreateTemp("", "gameday-agent-*.tar")
	if err != nil {
		return "", nil, fmt.Errorf("write the agent's image: %w", err)
	}
	remove = func() { _ = os.Remove(file.Name()) } // a temporary file
	err = a.binary.Write(file, tag)
	if closeErr := file.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("write the agent's image: %w", closeErr)
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return file.Name(), remove, nil
}
