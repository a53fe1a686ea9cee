package install

import (
	"errors"
	"fmt"
	"maps"
)

// Pin notes which program was chosen. What was locked for other platforms stays, if it is the same version.
func (l *Lock) Pin(f Found, version string) {
	entry := Locked{Name: f.Name, Source: f.Source, Version: version, Hashes: map[string]string{}}
	var all []Locked
	for _, p := range l.Providers {
		switch {
		case p.Name != f.Name:
			all = append(all, p)
		case p.Source == f.Source && p.Version == version:
			entry.Hashes = maps.Clone(p.Hashes)
		}
	}
	entry.Hashes[Platform()] = hashScheme + f.SHA256
	all = append(all, entry)
	l.Providers = all
}

// Keep forgets what nobody requires any more.
func (l *Lock) Keep(required []Requirement) {
	var kept []Locked
	for _, r := range required {
		if p, ok := l.Find(r.Name); ok {
			kept = append(kept, p)
		}
	}
	l.Providers = kept
}

// is says why a program is not the one that was locked. Where none is locked for this platform, any is.
func (p Locked) is(path string) error {
	want := p.Hashes[Platform()]
	if want == "" {
		return nil
	}
	sum, err := Sum(path)
	if err != nil {
		return err
	}
	return p.matches(path, sum)
}

// matches compares a program's checksum with the one that was locked.
func (p Locked) matches(path, sum string) error {
	if want := p.Hashes[Platform()]; want != hashScheme+sum {
		return fmt.Errorf("the program %s is not the one that was locked: expected %s, found %s%s. If it was replaced on purpose, run gameday init -upgrade", path, want, hashScheme, sum)
	}
	return nil
}

// ErrNotInstalled is for a provider that no lock file has.
var ErrNotInstalled = errors.New("the provider is not installed: run gameday init")

// Verify says why a program that was found is not the one that was chosen; nil when it is.
func (l *Lock) Verify(f Found) error {
	p, ok := l.Find(f.Name)
	switch hash := p.Hashes[Platform()]; {
	case !ok:
		return ErrNotInstalled
	case p.Source != f.Source:
		return fmt.Errorf("the provider %s was installed from %q, and %q is required now: run gameday init", f.Name, p.Source, f.Source)
	case hash == "":
		return fmt.Errorf("the provider %s is not installed for %s: run gameday init", f.Name, Platform())
	default:
		return p.matches(f.Path, f.SHA256)
	}
}
