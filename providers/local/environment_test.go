package local_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/internal/procfs"
	"github.com/gameday-dev/gameday/providers/local"
	"github.com/gameday-dev/gameday/providers/local/supervisor"
	"github.com/gameday-dev/gameday/providers/schema"
)

const threeServers = `
process "backend" {
  command = [server, "server"]
  env     = { LISTEN = self.process.backend.address.http }
  ports   = ["http"]
  labels  = { tier = "back" }
  ready {
    http     = "/healthz"
    interval = "2ms"
  }
}
process "front" {
  command    = [server, "server"]
  env        = { LISTEN = self.process.front.address.http, BACKEND = self.link.backend.address }
  ports      = ["http", "admin"]
  depends_on = ["backend"]
  restart    = "on_failure"
  ready {
    log      = "^listening on"
    interval = "2ms"
  }
}
process "idle" { command = ["sleep", "60"] }
link "backend" {
  from = "front"
  to   = self.process.backend.address.http
}
`

func TestUpGivesWhatPlanPromised(t *testing.T) {
	w := newWorld(t, threeServers)
	plan, diags := w.plan()
	require.Empty(t, diags)
	assert.Equal(t, "3 processes, 1 link on this machine", plan.Summary)
	w.up()
	assert.True(t, w.state.Outputs.IsWhollyKnown())
	assert.Empty(t, w.state.Outputs.Type().TestConformance(plan.Outputs.Type()), "the outputs have the shape that the plan promised")
	assert.Equal(t, plan.Labels, w.state.Labels)
	require.Len(t, w.state.Inventory, 4)
	for i, target := range w.state.Inventory {
		assert.NotEmpty(t, target.UID)
		target.UID = ""
		assert.Equal(t, plan.Inventory[i], target)
	}
	require.NoError(t, get(t.Context(), w.url("backend")))
	require.NoError(t, get(t.Context(), "http://"+w.output("link", "backend", "address")))
}

func TestOutputsAreTrue(t *testing.T) {
	w := newWorld(t, threeServers).up()
	front := w.state.Outputs.GetAttr("process").GetAttr("front")
	pid, _ := front.GetAttr("pid").AsBigFloat().Int64()
	assert.Equal(t, int(pid), w.process("front").Identity.PID)
	log, err := os.ReadFile(front.GetAttr("log").AsString())
	require.NoError(t, err)
	assert.Contains(t, string(log), "listening on "+front.GetAttr("address").GetAttr("http").AsString())
	environ := procfs.Environ(int(pid))
	assert.Equal(t, w.output("link", "backend", "address"), procfs.Lookup(environ, "BACKEND"))
	assert.Equal(t, w.run, procfs.Lookup(environ, supervisor.MarkRun))
	assert.Equal(t, "front", procfs.Lookup(environ, supervisor.MarkProcess))
}

// TestPortsAreNotGivenToConnections checks that no port is one that the kernel
// would give to an outgoing connection.
func TestPortsAreNotGivenToConnections(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	require.NoError(t, err)
	var low, high int
	_, err = fmt.Sscan(string(text), &low, &high)
	require.NoError(t, err)
	w := newWorld(t, threeServers).up()
	seen := map[int64]bool{}
	for _, v := range []cty.Value{
		w.state.Outputs.GetAttr("process").GetAttr("front").GetAttr("ports").GetAttr("http"),
		w.state.Outputs.GetAttr("process").GetAttr("front").GetAttr("ports").GetAttr("admin"),
		w.state.Outputs.GetAttr("process").GetAttr("backend").GetAttr("ports").GetAttr("http"),
		w.state.Outputs.GetAttr("link").GetAttr("backend").GetAttr("port"),
	} {
		port, _ := v.AsBigFloat().Int64()
		assert.False(t, int(port) >= low && int(port) <= high, "port %d is in %d to %d", port, low, high)
		assert.False(t, seen[port], "port %d is given twice", port)
		seen[port] = true
	}
}

func TestVariablesOfGamedayAreNotPassedOn(t *testing.T) {
	t.Setenv("GAMEDAY_VAR_password", "hunter2")
	t.Setenv("GAMEDAY_RUN", "another")
	w := newWorld(t, `process "idle" { command = ["sleep", "60"] }`).up()
	environ := procfs.Environ(w.process("idle").Identity.PID)
	assert.Empty(t, procfs.Lookup(environ, "GAMEDAY_VAR_password"))
	assert.Equal(t, 1, strings.Count(strings.Join(environ, "\n"), "GAMEDAY_RUN="))
}

func TestUpFails(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want []string // in the diagnostic
	}{
		"ends before it is ready": {
			body: `process "web" { 
				command = [server, "server", "fail"]
				ports = ["http"]
				ready { tcp = true }
			}`,
			want: []string{"process web: exit code 3 before it was ready", "  | cannot read the configuration", "web.log"},
		},
		"never ready": {
			body: `process "web" {
				command = [server, "server"]
				env = { LISTEN = self.process.web.address.http }
				ports = ["http"]
				ready {
					log = "never printed"
					timeout = "3s"
				}
			}`,
			want: []string{"process web: not ready after 3s", `matches "(?m)never printed"`, "  | listening on"},
		},
		"relative command": {
			body: `process "web" { command = ["./bin/none"] }`,
			want: []string{"Process web: tried ", "/bin/none, which does not exist"},
		},
		"bare command": {
			body: `process "web" { command = ["no-such-command-here"] }`,
			want: []string{`no executable "no-such-command-here" in PATH`, "/usr/bin"},
		},
		"not executable": {
			body: `process "web" { command = ["/etc/passwd"] }`,
			want: []string{"tried /etc/passwd", "permission denied"},
		},
		"pid of itself": {
			body: `process "web" { 
				command = ["sleep", "60"]
				env = { PID = self.process.web.pid }
			}`,
			want: []string{"Only ports, addresses and logs of self are known"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, test.body)
			_, diags := w.tryUp(t.Context())
			require.True(t, diags.HasErrors())
			text := fmt.Sprintf("%+v", diags)
			for _, want := range test.want {
				assert.Contains(t, text, want)
			}
		})
	}
}

func TestInvalidBodies(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"empty command":      {`process "a" { command = [] }`, "needs at least the executable"},
		"no port for ready":  {"process \"a\" {\n command = [\"x\"]\n ready { tcp = true }\n}", "has 0 ports"},
		"two ports":          {"process \"a\" {\n command = [\"x\"]\n ports = [\"p\", \"q\"]\n ready { http = \"/\" }\n}", "has 2 ports"},
		"misspelt port":      {"process \"a\" {\n command = [\"x\"]\n ports = [\"http\", \"q\"]\n ready {\n http = \"/\"\n port = \"htp\"\n }\n}", `did you mean "http"?`},
		"port twice":         {"process \"a\" {\n command = [\"x\"]\n ports = [\"p\", \"p\"]\n}", `"p" is named twice`},
		"port name":          {"process \"a\" {\n command = [\"x\"]\n ports = [\"8080\"]\n}", "not a name that references can use"},
		"ready path":         {"process \"a\" {\n command = [\"x\"]\n ports = [\"p\"]\n ready { http = \"healthz\" }\n}", "begins with a slash"},
		"log pattern":        {"process \"a\" {\n command = [\"x\"]\n ready { log = \"(\" }\n}", "missing closing )"},
		"unknown dependency": {"process \"alpha\" {\n command = [\"x\"]\n depends_on = [\"alfa\"]\n}", `did you mean "alpha"?`},
		"end too late":       {"process \"a\" {\n command = [\"x\"]\n stop_timeout = \"30s\"\n}\nprocess \"b\" {\n command = [\"x\"]\n depends_on = [\"a\"]\n stop_timeout = \"25s\"\n}", `Process "a" may take 55s to end`},
		"itself":             {"process \"a\" {\n command = [\"x\"]\n depends_on = [\"a\"]\n}", "a → a"},
		"cycle":              {"process \"a\" {\n command = [\"x\"]\n depends_on = [\"b\"]\n}\nprocess \"b\" {\n command = [\"x\"]\n depends_on = [\"a\"]\n}", "b → a → b"},
		"process name":       {`process "9 lives" { command = ["x"] }`, "not a name that references can use"},
		"link address":       {`link "l" { to = "nowhere" }`, "expected host:port"},
		"link from":          {"process \"alpha\" { command = [\"x\"] }\nlink \"l\" {\n to = \"h:1\"\n from = \"alhpa\"\n}", `did you mean "alpha"?`},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := newWorld(t, test.body).plan()
			require.True(t, diags.HasErrors())
			assert.Contains(t, fmt.Sprintf("%+v", diags), test.want)
			for _, d := range diags {
				assert.Regexp(t, `[^.?!][.?!]\)?$`, d.Detail, "it ends like a sentence")
			}
		})
	}
}

func TestPlanWarnsOfMissingCommands(t *testing.T) {
	_, diags := newWorld(t, `process "web" { command = ["./bin/none"] }`).plan()
	require.Len(t, diags, 1)
	assert.Equal(t, providers.Warning, diags[0].Severity)
	assert.Contains(t, diags[0].Detail, "/bin/none, which does not exist: if it is built from source, build it first")
}

// TestTakenPort takes a port between its choice and the process's start.
func TestTakenPort(t *testing.T) {
	w := newWorld(t, oneServer)
	evaluate, times := w.evaluate, 0
	configure := func(self cty.Value) (schema.Values, providers.Diagnostics) {
		if self.IsKnown() && times == 0 {
			times++
			taken, err := net.Listen("tcp", self.GetAttr("process").GetAttr("web").GetAttr("address").GetAttr("http").AsString())
			require.NoError(t, err)
			t.Cleanup(func() { taken.Close() })
		}
		return evaluate(self)
	}
	state, diags := w.env.Up(t.Context(), providers.UpRequest{Handle: w.handle, Dir: w.dir, Configure: configure, Progress: func(string) {}})
	require.False(t, diags.HasErrors(), "%+v", diags)
	w.state = state
	require.NoError(t, get(t.Context(), w.url("web")))
}

func TestUpEndsWithItsContext(t *testing.T) {
	w := newWorld(t, `process "web" {
		command = ["sleep", "60"]
		ready { log = "never" }
	}`)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, diags := w.tryUp(ctx)
	require.True(t, diags.HasErrors())
	assert.Less(t, time.Since(begun), 5*time.Second)
}

func TestDependentsStartLaterAndStopEarlier(t *testing.T) {
	dir := t.TempDir()
	script := func(name string) string {
		return fmt.Sprintf(`["sh", "-c", "trap 'echo stop %[1]s >> %[2]s/order; exit' TERM; echo start %[1]s >> %[2]s/order; echo up; while :; do sleep 0.01; done"]`, name, dir)
	}
	body := ""
	for name, after := range map[string]string{"c": "", "b": `"c"`, "a": `"b"`} {
		body += fmt.Sprintf("process %q {\n command = %s\n depends_on = [%s]\n ready {\n log = \"up\"\n interval = \"2ms\"\n }\n}\n", name, script(name), after)
	}
	w := newWorld(t, body).up()
	require.NoError(t, w.env.Down(t.Context(), w.handle))
	order, err := os.ReadFile(filepath.Join(dir, "order"))
	require.NoError(t, err)
	assert.Equal(t, "start c\nstart b\nstart a\nstop a\nstop b\nstop c\n", string(order))
}

func TestStubbornProcessIsKilled(t *testing.T) {
	w := newWorld(t, `process "web" {
		command = [server, "server", "stubborn", "idle"]
		stop_timeout = "50ms"
	}`).up()
	id := w.process("web").Identity
	require.NoError(t, w.env.Down(t.Context(), w.handle))
	assert.False(t, id.Alive())
}

// stopSupervisor returns once it is stopped: its threads go on for a moment.
func (w *world) stopSupervisor() {
	pid := w.status().PID
	require.NoError(w.t, syscall.Kill(pid, syscall.SIGSTOP))
	eventually(w.t, func() error {
		stat, err := procfs.Read(pid)
		if err == nil && !stat.Stopped() {
			err = fmt.Errorf("state %c", stat.State)
		}
		return err
	})
}

// TestHangsWhileItEnds stops the supervisor when it has begun to end everything:
// it waits for a process that does not heed SIGTERM.
func TestHangsWhileItEnds(t *testing.T) {
	w := newWorld(t, `process "web" {
		command      = ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"]
		stop_timeout = "50s"
		ready { log = "up" }
	}`).up()
	client := supervisor.NewClient(local.SocketOf(w.handle))
	defer client.Close()
	asked := make(chan error, 1)
	go func() { asked <- client.Stop(t.Context()) }()
	eventually(t, func() error {
		if !w.status().Ending {
			return errors.New("not ending yet")
		}
		return nil
	})
	ended := make(chan error, 1)
	go func() { ended <- w.env.Down(t.Context(), w.handle) }()
	w.stopSupervisor()
	require.NoError(t, <-ended)
	require.ErrorIs(t, <-asked, supervisor.ErrUnreachable)
}

// TestDown ends environments whose supervisor is well, stopped or killed, from
// this process and from one that never saw it. The server has a child in a
// session of its own, which the supervisor's death does not reach.
func TestDown(t *testing.T) {
	body := strings.Replace(oneServer, `"child"`, `"child", "daemon"`, 1)
	for name, harm := range map[string]func(*world){
		"well":    func(*world) {},
		"killed":  func(w *world) { require.NoError(w.t, syscall.Kill(w.status().PID, syscall.SIGKILL)) },
		"twice":   func(w *world) { require.NoError(w.t, w.env.Down(w.t.Context(), w.handle)) },
		"hung":    (*world).stopSupervisor,
		"process": func(w *world) { require.NoError(w.t, syscall.Kill(w.process("web").Identity.PID, syscall.SIGKILL)) },
	} {
		for _, fresh := range []bool{false, true} {
			t.Run(name+" fresh "+strconv.FormatBool(fresh), func(t *testing.T) {
				w := newWorld(t, body).up()
				harm(w)
				env := w.env
				if fresh {
					env = local.New(local.WithPatience(time.Second)).Types().Environments[0]
				}
				require.NoError(t, env.Down(t.Context(), w.handle))
				left, err := env.Leftovers(t.Context(), w.handle)
				require.NoError(t, err)
				assert.Empty(t, left)
			})
		}
	}
}

func TestDownNeverUp(t *testing.T) {
	w := newWorld(t, oneServer)
	require.NoError(t, w.env.Down(t.Context(), w.handle))
}

func TestLeftoversNamesThem(t *testing.T) {
	w := newWorld(t, `process "idle" { command = ["sleep", "60"] }`).up()
	left, err := w.env.Leftovers(t.Context(), w.handle)
	require.NoError(t, err)
	text := strings.Join(left, "\n")
	assert.Contains(t, text, fmt.Sprintf("process %d (idle, sleep)", w.process("idle").Identity.PID))
	assert.Contains(t, text, "(supervisor)")
	assert.Contains(t, text, "socket ")
}

// TestOthersAreLeftAlone checks that a Down ends what is its own and nothing
// else, not even of the same run.
func TestOthersAreLeftAlone(t *testing.T) {
	one := newWorld(t, `process "idle" { command = ["sleep", "60"] }`).up()
	two := newWorld(t, `process "idle" { command = ["sleep", "60"] }`).up()
	require.NoError(t, one.env.Down(t.Context(), one.handle))
	assert.True(t, two.process("idle").Identity.Alive())
}

func TestDeepRunFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep", 30))
	w := newWorldIn(t, dir, `process "idle" { command = ["sleep", "60"] }`)
	t.Cleanup(w.end)
	w.up()
	assert.Less(t, len(local.SocketOf(w.handle)), 108)
	assert.True(t, w.process("idle").Running)
}

func TestRestartPolicies(t *testing.T) {
	for _, test := range []struct {
		policy, path string
		again        bool
	}{
		{"never", "/crash", false},
		{"always", "/exit", true},
		{"always", "/crash", true},
		{"on_failure", "/crash", true},
		{"on_failure", "/exit", false},
	} {
		t.Run(test.policy+test.path, func(t *testing.T) {
			w := newWorld(t, strings.Replace(oneServer, "command", "restart = \""+test.policy+"\"\n command", 1)).up()
			first := w.process("web").Identity
			_ = get(t.Context(), w.url("web")+test.path)
			eventually(t, func() error {
				now := w.process("web")
				if test.again && (now.Identity == first || !now.Ready) || !test.again && now.Running {
					return fmt.Errorf("%+v", now)
				}
				return nil
			})
			assert.Equal(t, test.again, w.process("web").Restarts == 1)
			if !test.again {
				assert.Contains(t, w.process("web").Exit, "exit code")
			}
		})
	}
}

func TestReadyByCommand(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "ready")
	w := newWorld(t, fmt.Sprintf(`process "web" {
		command = ["sh", "-c", "touch %[1]s; exec sleep 60"]
		ready { 
			exec = ["test", "-e", %[1]q] 
			interval = "2ms"
		}
	}`, mark)).up()
	assert.True(t, w.process("web").Ready)
}
