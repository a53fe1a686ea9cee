// Package e2ecluster makes kind clusters for tests that are written with
// sigs.k8s.io/e2e-framework, without kind's command:
//
//	testenv.Setup(envfuncs.CreateCluster(e2ecluster.New(), "my-tests"))
//	testenv.Finish(envfuncs.DestroyCluster("my-tests"))
//
// It is a package of its own so that gameday itself does not contain the framework.
package e2ecluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/e2e-framework/klient"
	"sigs.k8s.io/e2e-framework/support"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// abandonPatience is how long a creation that was interrupted may take to be
// undone.
const abandonPatience = time.Minute

// Cluster is a kind cluster for tests. Its zero value is not of use: see New.
type Cluster struct {
	spec       kindcluster.Spec
	readyIn    time.Duration
	dir        string // of the kubeconfig
	kubeconfig string
	config     *rest.Config
	existed    bool // somebody else made it, who alone may delete it
}

var (
	_ support.E2EClusterProvider                = (*Cluster)(nil)
	_ support.E2EClusterProviderWithImageLoader = (*Cluster)(nil)
)

// Option changes what New makes.
type Option func(*Cluster)

// WithImage sets the node image.
func WithImage(image string) Option { return func(c *Cluster) { c.spec.Image = image } }

// WithNodes sets the numbers of nodes. Without it there is one control plane, on
// which pods run.
func WithNodes(controlPlanes, workers int) Option {
	return func(c *Cluster) { c.spec.ControlPlanes, c.spec.Workers = controlPlanes, workers }
}

// WithReady sets how long nodes may take to be ready, once they are there: 3
// minutes without it.
func WithReady(patience time.Duration) Option { return func(c *Cluster) { c.readyIn = patience } }

// New makes the provider of one cluster, of kind's default name. Its kubeconfig
// goes to a temporary folder, never to the user's own.
func New(options ...Option) *Cluster {
	c := &Cluster{readyIn: 3 * time.Minute, spec: kindcluster.Spec{Name: "kind"}}
	for _, set := range options {
		set(c)
	}
	return c
}

// SetDefaults does nothing: New has set them.
func (c *Cluster) SetDefaults() support.E2EClusterProvider { return c }

// WithName names the cluster.
func (c *Cluster) WithName(name string) support.E2EClusterProvider {
	c.spec.Name = name
	return c
}

// WithVersion asks for kind's own node image of a Kubernetes version: "v1.34.3".
func (c *Cluster) WithVersion(version string) support.E2EClusterProvider {
	c.spec.Image = "kindest/node:" + version
	return c
}

// WithPath does nothing: kind is a library here, and has no path.
func (c *Cluster) WithPath(string) support.E2EClusterProvider { return c }

// WithOpts applies the framework's options.
func (c *Cluster) WithOpts(options ...support.ClusterOpts) support.E2EClusterProvider {
	for _, set := range options {
		set(c)
	}
	return c
}

// Create makes the cluster, or uses one of the name that is as described, and
// returns the path of its kubeconfig. When ctx ends before that, nothing of the
// cluster is left. One that somebody else makes meanwhile is an error
// (kindcluster.ErrTaken), and stays. It takes no arguments: there is no command to
// pass them to.
func (c *Cluster) Create(ctx context.Context, args ...string) (string, error) {
	if len(args) > 0 {
		return "", fmt.Errorf("create the kind cluster %q: expected no arguments, found %q: use the options of New, or CreateWithConfig", c.spec.Name, args)
	}
	found, err := kindcluster.Find(ctx, c.spec.Name)
	if err != nil {
		return "", err
	}
	c.existed = found != nil
	if found != nil {
		if err := found.Matches(c.spec); err != nil {
			return "", err
		}
		return c.GenerateKubeconfig()
	}
	if err := c.create(ctx); err != nil {
		return "", err
	}
	return c.GenerateKubeconfig()
}

func (c *Cluster) create(ctx context.Context) error {
	engine, err := kindcluster.FindEngine()
	if err != nil {
		return err
	}
	quiet := func(string) {}
	if err := engine.EnsureImages(ctx, c.spec, quiet); err != nil {
		return err
	}
	release, err := c.reserve(ctx)
	if err != nil {
		return err
	}
	defer release() // by then it is there, or nothing of it is left
	path, err := c.kubeconfigPath()
	if err != nil {
		return err
	}
	creation, err := kindcluster.Start(engine, c.spec, path, quiet)
	if err != nil {
		return err
	}
	err = creation.Wait(ctx)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kindcluster.ErrTaken): // kind has made nothing: what is there is not ours
		return errors.Join(c.taken(), c.forgetKubeconfig())
	}
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonPatience)
	defer cancel()
	if undoErr := errors.Join(creation.Abandon(undo), c.forgetKubeconfig()); undoErr != nil {
		return fmt.Errorf("%w; what was reached could not be deleted: %w", err, undoErr)
	}
	return err
}

// reserve takes the cluster's name, and looks again: what was not there may have
// been made while images were pulled.
func (c *Cluster) reserve(ctx context.Context) (release func(), err error) {
	release, err = kindcluster.Reserve(c.spec.Name)
	if errors.Is(err, kindcluster.ErrTaken) {
		return nil, c.taken()
	}
	if err != nil {
		return nil, err
	}
	found, err := kindcluster.Find(ctx, c.spec.Name)
	if err == nil && found != nil {
		err = c.taken()
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// taken says that the cluster is somebody else's. Destroy leaves it, too.
func (c *Cluster) taken() error {
	c.existed = true
	return fmt.Errorf("create the kind cluster %q: %w: wait until it is gone, or take another name", c.spec.Name, kindcluster.ErrTaken)
}

// forgetKubeconfig removes the kubeconfig with its folder.
func (c *Cluster) forgetKubeconfig() error {
	if c.dir == "" {
		return nil
	}
	if err := os.RemoveAll(c.dir); err != nil {
		return fmt.Errorf("remove the kubeconfig of the kind cluster %q: %w", c.spec.Name, err)
	}
	c.dir, c.kubeconfig = "", ""
	return nil
}

// CreateWithConfig is Create with kind's own configuration in a file.
func (c *Cluster) CreateWithConfig(ctx context.Context, configFile string) (string, error) {
	text, err := os.ReadFile(configFile)
	if err != nil {
		return "", fmt.Errorf("create the kind cluster %q: %w", c.spec.Name, err)
	}
	c.spec.Config = string(text)
	return c.Create(ctx)
}

// kubeconfigPath makes the folder for it once.
func (c *Cluster) kubeconfigPath() (string, error) {
	if c.dir == "" {
		dir, err := os.MkdirTemp("", "gameday-kind-*")
		if err != nil {
			return "", fmt.Errorf("make a folder for the kubeconfig: %w", err)
		}
		c.dir = dir
	}
	return filepath.Join(c.dir, "kubeconfig"), nil
}

// GetKubeconfig is the path of the kubeconfig; empty before Create.
func (c *Cluster) GetKubeconfig() string { return c.kubeconfig }

// GenerateKubeconfig asks the cluster for its kubeconfig, and returns the path of
// the file that it is written to. It takes no arguments.
func (c *Cluster) GenerateKubeconfig(...string) (string, error) {
	text, err := kindcluster.Kubeconfig(c.spec.Name)
	if err != nil {
		return "", err
	}
	path, err := c.kubeconfigPath()
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write the kubeconfig of the kind cluster %q: %w", c.spec.Name, err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(text))
	if err != nil {
		return "", fmt.Errorf("read the kubeconfig of the kind cluster %q: %w", c.spec.Name, err)
	}
	c.kubeconfig, c.config = path, config
	return path, nil
}

// GetKubectlContext is the name of the context in the kubeconfig.
func (c *Cluster) GetKubectlContext() string { return kindcluster.Context(c.spec.Name) }

// KubernetesRestConfig is for clients of one's own; nil before Create.
func (c *Cluster) KubernetesRestConfig() *rest.Config { return c.config }

// WaitForControlPlane waits until every node of the cluster is ready, and what the cluster itself runs there: its DNS, its proxy.
func (c *Cluster) WaitForControlPlane(ctx context.Context, client klient.Client) error {
	ctx, cancel := context.WithTimeout(ctx, c.readyIn)
	defer cancel()
	return waitReady(ctx, client)
}

// Destroy deletes the cluster, unless it was there before Create or somebody else
// made it meanwhile, and its kubeconfig. Twice is once.
func (c *Cluster) Destroy(ctx context.Context) error {
	if err := c.forgetKubeconfig(); err != nil {
		return err
	}
	if c.existed {
		return nil
	}
	engine, err := kindcluster.FindEngine()
	if err != nil {
		return err
	}
	return engine.Delete(ctx, c.spec.Name)
}
