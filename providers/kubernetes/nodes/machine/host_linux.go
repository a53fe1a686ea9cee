//go:build linux

package machine

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// HostMain is the agent in the role node-host, in a privileged pod with the node's
// process ids: it sets a timer on the node that starts the kubelet at the
// deadline, and then stops and starts it as it is told over HTTP. It returns the
// exit code.
func HostMain(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet(HostRole, flag.ContinueOnError)
	flags.SetOutput(stderr)
	id := flags.String("id", "", "the fault's id")
	deadline := flags.String("deadline", "", "when the kubelet is started whatever happens (RFC 3339)")
	left := flags.Duration("for", 0, "the time until then, for a clock that is behind")
	listen := flags.String("listen", "", "address")
	if flags.Parse(args) != nil {
		return 2
	}
	until, err := time.Parse(time.RFC3339, *deadline)
	if err == nil {
		err = serveHost(*id, soonest(until, *left), *listen)
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", HostRole, err)
		return 1
	}
	return 0
}

// soonest is the deadline on this node's clock: what is left from now on, where that is
// sooner than the runner's clock says.
func soonest(deadline time.Time, left time.Duration) time.Time {
	if here := time.Now().Add(left); here.Before(deadline) {
		return here
	}
	return deadline
}

func serveHost(id string, until time.Time, listen string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if _, err := onHost(ctx, hasTimer(id)); err != nil {
		if _, err := onHost(ctx, startLater(id, until)); err != nil {
			return fmt.Errorf("set the timer on the node: %w", err)
		}
	}
	server := &http.Server{Addr: listen, Handler: hostHandler(id), ReadHeaderTimeout: 5 * time.Second}
	// A little longer than the timer, so that whoever undoes it then is answered.
	context.AfterFunc(ctx, func() { _ = server.Close() })
	timer := time.AfterFunc(time.Until(until)+time.Minute, stop)
	defer timer.Stop()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func hostHandler(id string) http.Handler {
	mux := http.NewServeMux()
	for word, commands := range map[string][][]string{
		WordState: nil,
		WordStop:  {stopGuarded(id)},
		WordStart: {startNow(), endTimer(id)},
	} {
		mux.HandleFunc("POST /"+id+"/"+word, func(w http.ResponseWriter, r *http.Request) {
			// Once asked it is done, whatever becomes of the connection.
			state, err := obey(context.WithoutCancel(r.Context()), commands)
			w.Header().Set("Content-Type", "application/json")
			if err != nil {
				w.WriteHeader(http.StatusInternalServerError)
				_ = json.NewEncoder(w).Encode(map[string]string{"message": err.Error()})
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"state": state})
		})
	}
	return mux
}

// obey runs commands on the node and says what its kubelet is then.
func obey(ctx context.Context, commands [][]string) (string, error) {
	for _, command := range commands {
		if _, err := onHost(ctx, command); err != nil {
			return "", err
		}
	}
	word, err := onHost(ctx, isActive())
	return kubeletState(word), err
}

// onHost runs a command of the node as if it were started there: in the root
// folder of its first process.
func onHost(ctx context.Context, command []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/usr/bin/env", command...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_IGNORE_CHROOT=1"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: "/proc/1/root"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%v: %w: %s", command, err, out)
	}
	return string(out), nil
}
