package image

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Binary is the agent: an executable, and what comes before the role in its
// arguments.
type Binary struct {
	Path string
	Args []string
}

// ErrUnfit says that a binary can't run in an image that holds nothing else.
var ErrUnfit = errors.New("the agent can't run in a container by itself")

// Find finds the agent: gameday-agent beside the running executable, or else the
// executable itself, which is its own agent with the argument "agent".
func Find() (Binary, error) {
	self, err := os.Executable()
	if err != nil {
		return Binary{}, fmt.Errorf("find gameday-agent: %w", err)
	}
	beside := filepath.Join(filepath.Dir(self), "gameday-agent")
	if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
		return Binary{Path: beside}, nil
	}
	return Binary{Path: self, Args: []string{"agent"}}, nil
}

// Check makes sure that the binary needs nothing but a Linux kernel of this
// machine's architecture, which is that of its kind nodes.
func (b Binary) Check() error {
	file, err := elf.Open(b.Path)
	if err != nil {
		return b.unfit("it is not a Linux executable (%v)", err)
	}
	defer file.Close()
	if want := machines()[runtime.GOARCH]; want != elf.EM_NONE && file.Machine != want {
		return b.unfit("it is for %s, and the nodes are %s", file.Machine, runtime.GOARCH)
	}
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			return b.unfit("it is linked dynamically")
		}
	}
	return nil
}

func (b Binary) unfit(why string, args ...any) error {
	return fmt.Errorf("%w: %s: %s. Build it with CGO_ENABLED=0 GOOS=linux GOARCH=%s and put it beside gameday, or name an image by agent_image",
		ErrUnfit, b.Path, fmt.Sprintf(why, args...), runtime.GOARCH)
}

func machines() map[string]elf.Machine {
	return map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
}

// Digest is the SHA-256 of the binary, in hex.
func (b Binary) Digest() (string, error) {
	file, err := os.Open(b.Path)
	if err != nil {
		return "", fmt.Errorf("read the agent: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("read the agent: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
