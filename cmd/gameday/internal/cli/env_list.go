package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/runner/engine"
)

// listed is a line of the list.
type listed struct {
	Address string    `json:"address"`
	Type    string    `json:"type"`
	Dir     string    `json:"dir"`
	Since   time.Time `json:"since"`
	State   string    `json:"state"`
}

// envList looks at every environment that is remembered.
func (s *session) envList(ctx context.Context, asJSON bool) error {
	store, err := openEnvStore()
	if err != nil {
		return err
	}
	all, err := store.all()
	if err != nil {
		return err
	}
	lines := []listed{}
	for _, r := range all {
		lines = append(lines, listed{r.Address, r.Type, r.Dir, r.Since, s.standing(ctx, r)})
	}
	if asJSON {
		return s.writeJSON(lines)
	}
	if len(lines) == 0 {
		return s.printf("Nothing is up that \"gameday env up\" has brought up.\n")
	}
	return s.envTable(lines)
}

// standing is how an environment stands, in words.
func (s *session) standing(ctx context.Context, r remembered) string {
	opened, broken := s.reopen(ctx, r.Plugins)
	if opened == nil {
		return "unknown: " + broken.Error()
	}
	t, known := opened.Environment(r.Type)
	if !known && broken != nil {
		return "unknown: " + broken.Error()
	}
	lasting, ok := providers.As[providers.WithLasting](t)
	if !ok {
		return "of a type that this version of gameday does not know"
	}
	state, err := engine.LookLasting(ctx, lasting, r.Handle)
	switch {
	case err != nil:
		return "unknown: " + err.Error()
	case state == "":
		return "gone"
	case !r.Up:
		return "unfinished, " + state
	default:
		return state
	}
}

func (s *session) envTable(lines []listed) error {
	out := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "ENVIRONMENT\tTYPE\tSINCE\tSTATE\tCONFIGURATION")
	for _, l := range lines {
		dir := l.Dir
		if short, err := filepath.Rel(s.reader(), dir); err == nil && s.reader() != "" {
			dir = short
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", l.Address, l.Type, l.Since.Local().Format("2006-01-02 15:04:05"), l.State, dir)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing output: %w", err)
	}
	return nil
}
