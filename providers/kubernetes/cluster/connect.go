package cluster

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

// Cluster is a connection. It is safe for use from several goroutines.
type Cluster struct {
	Access  Access
	Context string // the context's name; empty inside a cluster
	Config  *rest.Config
	Typed   kubernetes.Interface
	Dynamic dynamic.Interface
	API     undo.API

	Heartbeats *Heartbeats // of nodes, as this connection has seen them
}

// ErrOtherCluster says that a kubeconfig leads to another cluster than the one
// that was planned for.
var ErrOtherCluster = errors.New("the kubeconfig leads to another cluster")

// operatorPatience is how long an undo waits for operators that keep what was deleted: one that runs needs a second or two, and
// of one that does not the user shall hear.
const operatorPatience = 10 * time.Second

// Connect reads the kubeconfig and makes the clients. It does not speak to the
// server yet.
func Connect(access Access) (*Cluster, error) {
	config, name, err := load(access)
	if err != nil {
		return nil, err
	}
	return connect(access, name, config)
}

// IsOf reports whether a connection with this access leads to a kind cluster that c is connected to.
func (c *Cluster) IsOf(access Access) bool {
	return access.Kind != "" && access.Kind == c.Access.Kind && access.Kubeconfig == "" && c.Access.Kubeconfig == "" && !access.InCluster &&
		isSameEngine(access.Engine, c.Access.Engine)
}

// isSameEngine compares engines, of which one may be left open.
func isSameEngine(a, b kindcluster.Engine) bool {
	if a == b {
		return true
	}
	one, err := kindcluster.StoredEngine(a)
	if err != nil {
		return false
	}
	other, err := kindcluster.StoredEngine(b)
	return err == nil && one == other
}

// Again connects with another access to the same kind cluster. It need not be asked once more for what leads there, which is
// a dozen commands of the container engine.
func (c *Cluster) Again(access Access) (*Cluster, error) {
	config := rest.CopyConfig(c.Config)
	config.Impersonate = rest.ImpersonationConfig{} // whom c acts as
	return connect(access, c.Context, config)
}

func connect(access Access, name string, config *rest.Config) (*Cluster, error) {
	if access.Server != "" && access.Kind == "" && access.Server != config.Host {
		return nil, fmt.Errorf("%w: %s has the server %s, and %s was planned for: set the context back, or name it in the environment",
			ErrOtherCluster, described(access), config.Host, access.Server)
	}
	// The server protects itself (API Priority and Fairness); a limit here would
	// only delay faults and reverts.
	config.QPS, config.Burst = -1, -1
	config.UserAgent = "gameday"
	if access.As != "" {
		config.Impersonate = rest.ImpersonationConfig{UserName: access.As}
	}
	// A server that is missed or slow must not warn on the terminal.
	config.WarningHandler = rest.NoWarnings{}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	return assemble(access, name, config, client)
}

// compact is the configuration of clients of types that have a binary form: large
// lists are read several times faster than as JSON.
func compact(config *rest.Config) *rest.Config {
	c := rest.CopyConfig(config)
	c.AcceptContentTypes, c.ContentType = "application/vnd.kubernetes.protobuf,application/json", "application/vnd.kubernetes.protobuf"
	return c
}

func assemble(access Access, name string, config *rest.Config, client *http.Client) (*Cluster, error) {
	typed, err := kubernetes.NewForConfigAndClient(compact(config), client)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	dyn, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	return &Cluster{
		Access: access, Context: name, Config: config, Typed: typed, Dynamic: dyn,
		API:        undo.API{Base: base.String(), HTTP: client, Patience: operatorPatience},
		Heartbeats: &Heartbeats{},
	}, nil
}
