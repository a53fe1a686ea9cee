package rundir

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/report/jsonl"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// Latest names the newest run, for Load.
const Latest = "latest"

// RunSummary is a run in a list.
type RunSummary struct {
	ID          string                  `json:"id"`
	Started     time.Time               `json:"started"`
	Verdict     verdict.Verdict         `json:"verdict"` // "interrupted" for a run without an end; whether its process lives is not looked at
	ExitCode    *int                    `json:"exit_code,omitempty"`
	Dirty       bool                    `json:"dirty"`
	Seconds     float64                 `json:"seconds"`
	Experiments int                     `json:"experiments"`
	Counts      map[verdict.Verdict]int `json:"counts"`
	Dir         string                  `json:"dir"`             // the run's folder
	Error       string                  `json:"error,omitempty"` // why its events could not be read to the end
}

// List is every run below root (see Root), newest first. A root that does not
// exist has none; a run whose events are damaged is listed as far as they go.
func List(root string) ([]RunSummary, error) {
	ids, err := ids(root)
	if err != nil {
		return nil, err
	}
	list := make([]RunSummary, 0, len(ids))
	for _, id := range ids {
		run, _, err := open(filepath.Join(root, id))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a folder of something else, or a run that never said a word
		}
		list = append(list, summary(filepath.Join(root, id), id, run, err))
	}
	slices.SortStableFunc(list, func(a, b RunSummary) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID))
	})
	return list, nil
}

func summary(dir, id string, run *report.Run, err error) RunSummary {
	s := RunSummary{
		ID: id, Started: run.Began, Verdict: run.Verdict(), Dirty: run.IsDirty(), Seconds: run.Seconds(),
		Experiments: len(run.Experiments), Counts: run.Counts(), Dir: dir,
	}
	if s.Started.IsZero() { // killed before its first event: its id has the time
		s.Started = begun(id)
	}
	if run.Finished != nil {
		s.ExitCode = &run.Finished.ExitCode
	}
	if err != nil {
		s.Error = err.Error()
	}
	return s
}

// begun is the moment that an id was made in; zero for what is no id.
func begun(id string) time.Time {
	parsed, err := ulid.ParseStrict(id)
	if err != nil {
		return time.Time{}
	}
	return parsed.Timestamp().UTC()
}

// Run is a run read back.
type Run struct {
	ID     string
	Dir    string
	Events []event.Event
	Report *report.Run
}

// Unended reports whether a run's events are whole as far as they go, and the run's
// end is not among them. Where they are damaged, adding it would be of no use.
func Unended(dir string) bool {
	run, _, err := open(dir)
	return err == nil && run.Finished == nil
}

// Dirs is the folders of all runs below root, newest first, whatever is in them.
func Dirs(root string) ([]string, error) {
	all, err := ids(root)
	for i, id := range all {
		all[i] = filepath.Join(root, id)
	}
	return all, err
}

// Find is the folder of a run, named as for Load, whatever is in it.
func Find(root, ref string) (string, error) {
	all, err := ids(root)
	if err != nil {
		return "", err
	}
	id, err := pick(root, all, ref)
	if err != nil {
		return "", err
	}
	return filepath.Join(root, id), nil
}

// Load reads a run by its id, by the beginning of an id that only one run has,
// or the newest by Latest.
func Load(root, ref string) (*Run, error) {
	dir, err := Find(root, ref)
	if err != nil {
		return nil, err
	}
	run, events, err := open(dir)
	if err != nil {
		return nil, fmt.Errorf("reading run %s: %w", filepath.Base(dir), err)
	}
	return &Run{ID: filepath.Base(dir), Dir: dir, Events: events, Report: run}, nil
}

func pick(root string, all []string, ref string) (string, error) {
	if len(all) == 0 {
		return "", fmt.Errorf("there are no runs in %s", root)
	}
	if ref == Latest || ref == "" {
		list, err := List(root)
		if err != nil || len(list) == 0 {
			return "", errors.Join(err, fmt.Errorf("there are no runs in %s", root))
		}
		return list[0].ID, nil
	}
	var matches []string
	for _, id := range all {
		if strings.EqualFold(id, ref) {
			return id, nil
		}
		if strings.HasPrefix(strings.ToLower(id), strings.ToLower(ref)) {
			matches = append(matches, id)
		}
	}
	switch len(matches) {
	case 1:
		return matches[0], nil
	case 0:
		return "", fmt.Errorf("there is no run %q in %s; the newest is %s", ref, root, all[0])
	default:
		return "", fmt.Errorf("%q is the beginning of %d runs: %s", ref, len(matches), strings.Join(matches, ", "))
	}
}

// ids are the folders below root, newest first, as ids sort by time.
func ids(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing runs: %w", err)
	}
	var found []string
	for _, entry := range entries {
		if entry.IsDir() {
			found = append(found, entry.Name())
		}
	}
	slices.Reverse(found)
	return found, nil
}

// open reads a run's events. With an error it returns what came before it.
func open(dir string) (*report.Run, []event.Event, error) {
	file, err := os.Open(filepath.Join(dir, EventsFile))
	if err != nil {
		return &report.Run{}, nil, err
	}
	defer func() { _ = file.Close() }() // only read
	events, err := jsonl.Read(file)
	return report.Fold(events), events, err
}
