//go:build e2e

package bench

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// server is an API server on an etcd, both of this test.
type server struct {
	dir        string
	kubeconfig string
	config     *rest.Config
	client     kubernetes.Interface
}

// binaries is the folder with etcd and kube-apiserver.
func binaries(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("GAMEDAY_NODE_BINARIES"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	found, err := filepath.Glob(filepath.Join(cache, "gameday-node", "binaries-*", ".done"))
	require.NoError(t, err)
	require.NotEmpty(t, found, "no kube-apiserver below %s/gameday-node: run ci/kind/node-image.sh, or set GAMEDAY_NODE_BINARIES to the folder that has it and etcd", cache)
	slices.SortFunc(found, func(a, b string) int { return age(t, a).Compare(age(t, b)) })
	return filepath.Dir(found[len(found)-1])
}

func age(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.ModTime()
}

const token = "bench" // of the server's only user, on loopback, for the time of the test

func startServer(t *testing.T) *server {
	t.Helper()
	bin, s := binaries(t), &server{dir: t.TempDir()}
	client, peer, port := freePort(t), freePort(t), freePort(t)
	s.start(t, filepath.Join(bin, "etcd"), "--data-dir", filepath.Join(s.dir, "etcd"), "--unsafe-no-fsync", "--log-level", "error",
		"--listen-client-urls", "http://127.0.0.1:"+client, "--advertise-client-urls", "http://127.0.0.1:"+client,
		"--listen-peer-urls", "http://127.0.0.1:"+peer, "--initial-advertise-peer-urls", "http://127.0.0.1:"+peer,
		"--initial-cluster", "default=http://127.0.0.1:"+peer, "--quota-backend-bytes", strconv.Itoa(4<<30))
	key := filepath.Join(s.dir, "sa.key")
	writeKey(t, key)
	tokens := filepath.Join(s.dir, "tokens.csv")
	require.NoError(t, os.WriteFile(tokens, []byte(token+`,bench,bench,"system:masters"`+"\n"), 0o600))
	s.start(t, filepath.Join(bin, "kube-apiserver"), "--etcd-servers", "http://127.0.0.1:"+client, "--bind-address", "127.0.0.1", "--secure-port", port,
		"--cert-dir", filepath.Join(s.dir, "certs"), "--token-auth-file", tokens, "--authorization-mode", "RBAC",
		"--service-account-issuer", "https://bench.invalid", "--service-account-key-file", key, "--service-account-signing-key-file", key,
		"--service-cluster-ip-range", "10.0.0.0/16", // room for all services
		"--disable-admission-plugins", "ServiceAccount,TaintNodesByCondition", // there is no controller to make accounts, nor to untaint nodes
		"--max-requests-inflight", "2000", "--max-mutating-requests-inflight", "1000", "-v", "0")
	s.connect(t, "https://127.0.0.1:"+port)
	return s
}

// writeKey makes the key that service accounts' tokens would be signed with.
func writeKey(t *testing.T, path string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	require.NoError(t, os.WriteFile(path, text, 0o600))
}

// start runs a part until the test is over.
func (s *server) start(t *testing.T, name string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(s.dir, filepath.Base(name)+".log"))
	require.NoError(t, err)
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("%s:\n%s", filepath.Base(name), text[max(0, len(text)-3000):])
		}
	})
}

func (s *server) connect(t *testing.T, host string) {
	t.Helper()
	s.kubeconfig = filepath.Join(s.dir, "kubeconfig")
	require.NoError(t, clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters:       map[string]*clientcmdapi.Cluster{"bench": {Server: host, InsecureSkipTLSVerify: true}},
		AuthInfos:      map[string]*clientcmdapi.AuthInfo{"bench": {Token: token}},
		Contexts:       map[string]*clientcmdapi.Context{"bench": {Cluster: "bench", AuthInfo: "bench"}},
		CurrentContext: "bench",
	}, s.kubeconfig))
	var err error
	s.config, err = clientcmd.BuildConfigFromFlags("", s.kubeconfig)
	require.NoError(t, err)
	s.config.QPS, s.config.Burst, s.config.ContentType = -1, -1, "application/vnd.kubernetes.protobuf"
	s.client, err = kubernetes.NewForConfig(s.config)
	require.NoError(t, err)
	require.NoError(t, wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		text, err := s.client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		return err == nil && string(text) == "ok", nil
	}), "the API server is not ready")
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	return fmt.Sprint(address.Port)
}
