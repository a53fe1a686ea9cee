//go:build e2e

package chaosmesh

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Where the parts of Chaos Mesh meet. Its controller runs outside of the cluster, beside the tests, so that these can take it
// away; its daemons run on the nodes, beside the kubelets. All else is as its own charts have it.
const (
	meshNamespace = "chaos-mesh"
	webhookPort   = "29443"
	daemonPort    = "31767"
	patience      = 90 * time.Second
	tick          = 100 * time.Millisecond
)

// mesh is a Chaos Mesh that runs.
type mesh struct {
	parts      string // folder of its programs and definitions, of ci/kind/chaos-mesh.sh
	dir        string
	controller *exec.Cmd
	ended      chan struct{}
}

// newMesh installs it, and takes it away with the test.
func newMesh(t *testing.T) *mesh {
	t.Helper()
	parts := os.Getenv("GAMEDAY_CHAOS_MESH")
	require.NotEmpty(t, parts, "GAMEDAY_CHAOS_MESH must name the folder that ci/kind/chaos-mesh.sh prints")
	m := &mesh{parts: parts, dir: t.TempDir()}
	kubectl(t, "", "create", "namespace", meshNamespace)
	t.Cleanup(func() { kubectl(t, "", "delete", "namespace", meshNamespace, "--wait=false") })
	kubectl(t, "", "apply", "--server-side", "-f", filepath.Join(parts, "crds"))
	t.Cleanup(func() { kubectl(t, "", "delete", "-f", filepath.Join(parts, "crds")) })
	m.certificate(t)
	m.start(t)
	t.Cleanup(func() { m.stop(t) })
	m.admit(t)
	m.daemons(t)
	return m
}

// kubectl runs it on the cluster of $KUBECONFIG.
func kubectl(t testing.TB, input string, args ...string) string {
	t.Helper()
	return command(t, input, "kubectl", args...)
}

func command(t testing.TB, input, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience) // tests clean up with it, too
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", cmd, out)
	return strings.TrimSpace(string(out))
}

// start starts the controller, as its deployment does.
func (m *mesh) start(t *testing.T) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(m.dir, "controller.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer func() { _ = log.Close() }()
	m.controller = exec.Command(filepath.Join(m.parts, "chaos-controller-manager"))
	m.controller.Env = append(os.Environ(),
		"NAMESPACE="+meshNamespace, "TEMPLATE_NAMESPACE="+meshNamespace, "ENABLE_LEADER_ELECTION=false", "CERTS_DIR="+m.dir,
		"WEBHOOK_PORT="+webhookPort, "METRICS_HOST=127.0.0.1", "METRICS_PORT=20080", "SECURITY_MODE=false", "CHAOSD_SECURITY_MODE=false",
		"CLUSTER_SCOPED=true", "CHAOS_DAEMON_SERVICE_PORT="+daemonPort, "POD_FAILURE_PAUSE_IMAGE="+pauseImage(t))
	m.controller.Stdout, m.controller.Stderr = log, log
	m.controller.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, m.controller.Start())
	m.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) { _ = cmd.Wait(); close(ended) }(m.controller, m.ended)
	require.Eventually(t, func() bool {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+webhookPort, tick)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, patience, tick, "the controller's webhooks")
}

// stop ends the controller, as if its node had gone.
func (m *mesh) stop(t *testing.T) {
	t.Helper()
	if m.controller == nil {
		return
	}
	_ = m.controller.Process.Kill()
	<-m.ended
	m.controller = nil
	if t.Failed() {
		log, _ := os.ReadFile(filepath.Join(m.dir, "controller.log"))
		t.Logf("the end of Chaos Mesh's log:\n%s", log[max(0, len(log)-4000):])
	}
}

// pauseImage is the one that every node has.
func pauseImage(t *testing.T) string {
	t.Helper()
	names := kubectl(t, "", "get", "nodes", "-o", `jsonpath={range .items[0].status.images[*]}{.names[-1]}{"\n"}{end}`)
	for name := range strings.SplitSeq(names, "\n") {
		if strings.Contains(name, "/pause:") {
			return name
		}
	}
	require.Fail(t, "no node has a pause image", names)
	return ""
}

// gateway is this machine, as the cluster's nodes see it.
func gateway(t *testing.T) string {
	t.Helper()
	return command(t, "", "docker", "network", "inspect", "kind", "-f", `{{range .IPAM.Config}}{{if .Gateway}}{{.Gateway}} {{end}}{{end}}`)
}

// certificate makes one for the webhooks.
func (m *mesh) certificate(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "chaos-mesh"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for ip := range strings.FieldsSeq(gateway(t)) {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(ip))
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	m.write(t, "tls.crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
	m.write(t, "tls.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

func (m *mesh) write(t *testing.T, name string, text []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(m.dir, name), text, 0o600))
}

// admit has the API server ask Chaos Mesh's webhooks of every resource, as its chart does.
func (m *mesh) admit(t *testing.T) {
	t.Helper()
	authority, err := os.ReadFile(filepath.Join(m.dir, "tls.crt"))
	require.NoError(t, err)
	at := "https://" + net.JoinHostPort(strings.Fields(gateway(t))[0], webhookPort)
	for configuration, verb := range map[string]string{"Mutating": "mutate", "Validating": "validate"} {
		text := fmt.Sprintf("apiVersion: admissionregistration.k8s.io/v1\nkind: %sWebhookConfiguration\nmetadata: {name: chaos-mesh}\nwebhooks:\n", configuration)
		for _, plural := range plurals() {
			text += fmt.Sprintf(`- name: %s.kb.io
  failurePolicy: Fail
  sideEffects: None
  admissionReviewVersions: [v1]
  clientConfig: {url: "%s/%s-chaos-mesh-org-v1alpha1-%s", caBundle: %s}
  rules: [{apiGroups: [chaos-mesh.org], apiVersions: [v1alpha1], operations: [CREATE, UPDATE], resources: [%s]}]
`, plural, at, verb, plural, base64Of(authority), plural)
		}
		kubectl(t, text, "apply", "-f", "-")
		t.Cleanup(func() { kubectl(t, "", "delete", strings.ToLower(configuration)+"webhookconfiguration", "chaos-mesh") })
	}
}

// plurals are the kinds of resource that gameday uses.
func plurals() []string {
	seen := map[string]bool{}
	var out []string
	for _, f := range faults() {
		if !seen[f.Resource.Plural] {
			seen[f.Resource.Plural] = true
			out = append(out, f.Resource.Plural)
		}
	}
	return out
}

// daemons starts a daemon on every worker that pods can be on, and the service by which the controller finds it.
func (m *mesh) daemons(t *testing.T) {
	t.Helper()
	nodes := strings.Fields(kubectl(t, "", "get", "nodes", "-l", "!node-role.kubernetes.io/control-plane,!gameday.dev/harmed", "-o",
		`jsonpath={range .items[*]}{.metadata.name}={.status.addresses[?(@.type=="InternalIP")].address} {end}`))
	endpoints := ""
	for _, node := range nodes {
		name, address, _ := strings.Cut(node, "=")
		endpoints += fmt.Sprintf("- {addresses: [%s], nodeName: %s, conditions: {ready: true}}\n", address, name)
		command(t, "", "docker", "cp", filepath.Join(m.parts, "chaos-daemon"), name+":/usr/local/bin/chaos-daemon")
		command(t, "", "docker", "exec", "-d", name, "sh", "-c",
			"echo $$ >/run/chaos-daemon.pid; exec chaos-daemon --runtime containerd --runtime-socket-path /run/containerd/containerd.sock --grpc-port "+daemonPort+" >/run/chaos-daemon.log 2>&1")
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("the daemon on %s:\n%s", name, command(t, "", "docker", "exec", name, "tail", "-n", "20", "/run/chaos-daemon.log"))
			}
			command(t, "", "docker", "exec", name, "sh", "-c", "kill $(cat /run/chaos-daemon.pid); rm -f /run/chaos-daemon.* /usr/local/bin/chaos-daemon")
		})
	}
	kubectl(t, `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: chaos-daemon-tests, namespace: `+meshNamespace+`, labels: {kubernetes.io/service-name: chaos-daemon}}
addressType: IPv4
ports: [{name: grpc, port: `+daemonPort+`}]
endpoints:
`+endpoints, "apply", "-f", "-")
}
