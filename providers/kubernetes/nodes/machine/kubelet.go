package machine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/claim"
)

// kubelet stops the kubelet of a node of kind.
type kubelet struct {
	runtime
	step claim.NodeStep
}

// unit is the name of the timer that starts a fault's kubelet again.
func unit(id string) string { return "gameday-" + strings.ToLower(id) }

// The commands on the node. A timer may be late by a minute unless it is told how
// exact it has to be.
func startLater(id string, deadline time.Time) []string {
	left := max(time.Second, time.Until(deadline))
	return []string{
		"systemd-run", "--quiet", "--collect", "--unit=" + unit(id), fmt.Sprintf("--on-active=%dms", left.Milliseconds()),
		"--timer-property=AccuracySec=100ms", "systemctl", "start", "kubelet",
	}
}

// stopGuarded stops the kubelet as long as its timer runs, which fires once: a stop that comes later, or at that moment,
// would be for good.
func stopGuarded(id string) []string {
	return []string{
		"sh", "-c", `has() { systemctl is-active --quiet "$1.timer" || { echo "the timer that starts it again has fired: it is too late to stop it" >&2; return 1; }; }
has "$1" && systemctl stop kubelet && { has "$1" || { systemctl start kubelet; exit 1; }; }`, "stop", unit(id),
	}
}

func startNow() []string { return []string{"systemctl", "start", "kubelet"} }

// endTimer succeeds when there is no such timer, too.
func endTimer(id string) []string {
	return []string{"sh", "-c", `systemctl stop "$1.timer" 2>/dev/null || test $? -eq 5`, "end", unit(id)}
}

func hasTimer(id string) []string {
	return []string{"systemctl", "is-active", "--quiet", unit(id) + ".timer"}
}

// isActive prints the state and always succeeds.
func isActive() []string {
	return []string{"sh", "-c", "systemctl show --property=ActiveState --value kubelet"}
}

// kubeletSince prints the second in which the kubelet was last started, since 1970.
func kubeletSince() []string {
	return []string{"sh", "-c", `date -d "$(systemctl show --property=ActiveEnterTimestamp --value kubelet)" +%s`}
}

// kubeletState is systemd's word in ours.
func kubeletState(word string) string {
	switch strings.TrimSpace(word) {
	case "active", "activating", "reloading":
		return Active
	default:
		return Inactive
	}
}

func (k kubelet) name() string { return box(k).name() }

// at runs a command on the node.
func (k kubelet) at(ctx context.Context, command []string) (string, error) {
	return k.run(ctx, append([]string{"exec", k.name()}, command...)...)
}

func (k kubelet) State(ctx context.Context, id string) (string, error) {
	switch at, err := box(k).State(ctx, id); {
	case err != nil || at == Gone:
		return at, err
	case at != Running: // stopped or paused by somebody: no kubelet works there
		return Inactive, nil
	}
	word, err := k.at(ctx, isActive())
	return kubeletState(word), err
}

func (k kubelet) Do(ctx context.Context, id string) error {
	_, err := k.at(ctx, stopGuarded(id))
	return err
}

func (k kubelet) Guard(ctx context.Context, id string, deadline time.Time) error {
	if _, err := k.at(ctx, hasTimer(id)); err == nil {
		return nil
	}
	_, err := k.at(ctx, startLater(id, deadline))
	return err
}

// undo starts the kubelet before it ends the timer: until then the timer is
// needed.
func (k kubelet) Undo(ctx context.Context, id string) error {
	at, err := box(k).State(ctx, id)
	if err != nil || at == Gone || at == Stopped { // the kubelet of a stopped node starts with it
		return err
	}
	for _, command := range [][]string{startNow(), endTimer(id)} {
		if _, err := k.at(ctx, command); err != nil && !errors.Is(err, errNoContainer) {
			return err
		}
	}
	return nil
}
