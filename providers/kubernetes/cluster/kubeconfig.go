package cluster

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster"
)

// ErrNotInCluster says that this process does not run in a pod.
var ErrNotInCluster = errors.New("this process does not run in a pod of a cluster: in_cluster needs the service account of one")

// load finds the configuration and the name of its context.
func load(access Access) (*rest.Config, string, error) {
	switch {
	case access.InCluster:
		config, err := rest.InClusterConfig()
		if errors.Is(err, rest.ErrNotInCluster) {
			err = ErrNotInCluster
		}
		return config, "", err
	case access.Kind != "" && access.Kubeconfig == "":
		return ofKind(access)
	default:
		return fromFiles(access)
	}
}

// ofKind asks a kind cluster itself, so that nothing depends on a file.
func ofKind(access Access) (*rest.Config, string, error) {
	name := access.Kind
	engine, err := kindcluster.StoredEngine(access.Engine)
	if err != nil {
		return nil, "", err
	}
	text, err := engine.Kubeconfig(name)
	if err != nil {
		return nil, "", err
	}
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(text))
	if err != nil {
		return nil, "", fmt.Errorf("read the kubeconfig of the kind cluster %q: %w", name, err)
	}
	return config, kindcluster.Context(name), nil
}

// fromFiles does what kubectl does with the files, and falls back to nothing: a
// file that was named and is not there is an error.
func fromFiles(access Access) (*rest.Config, string, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: access.Context}
	deferred := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules(access), overrides)
	config, err := deferred.ClientConfig()
	if err != nil {
		return nil, "", unreadable(access, deferred, err)
	}
	if access.Context != "" {
		return config, access.Context, nil
	}
	raw, err := deferred.RawConfig()
	if err != nil {
		return nil, "", unreadable(access, deferred, err)
	}
	return config, raw.CurrentContext, nil
}

func rules(access Access) *clientcmd.ClientConfigLoadingRules {
	files := filepath.SplitList(access.Kubeconfig)
	switch len(files) {
	case 0:
		return clientcmd.NewDefaultClientConfigLoadingRules()
	case 1:
		return &clientcmd.ClientConfigLoadingRules{ExplicitPath: files[0]}
	default:
		return &clientcmd.ClientConfigLoadingRules{Precedence: files}
	}
}

// unreadable says which file and context were meant, and which contexts there are.
func unreadable(access Access, deferred clientcmd.ClientConfig, err error) error {
	if clientcmd.IsEmptyConfig(err) {
		return fmt.Errorf("there is no cluster in %s: name a kubeconfig in the environment or in KUBECONFIG, or say in_cluster = true inside a pod", described(access))
	}
	raw, rawErr := deferred.RawConfig()
	if _, known := raw.Contexts[access.Context]; rawErr == nil && access.Context != "" && !known {
		return fmt.Errorf("the kubeconfig %s has no context %q; it has %s", described(Access{Kubeconfig: access.Kubeconfig}), access.Context,
			listed(slices.Sorted(maps.Keys(raw.Contexts))))
	}
	return fmt.Errorf("read the kubeconfig %s: %w", described(access), err)
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// described is where an access leads, for messages.
func described(access Access) string {
	text := Files(access.Kubeconfig)
	if access.Context != "" {
		text += fmt.Sprintf(" (context %q)", access.Context)
	}
	return text
}

// Files is the path of the kubeconfig that is meant, or several separated as in
// KUBECONFIG: an empty argument stands for the files that kubectl would take.
// They are absolute, so that they hold in another folder and in a shell with
// another KUBECONFIG.
func Files(kubeconfig string) string {
	files := filepath.SplitList(kubeconfig)
	if len(files) == 0 {
		files = usual()
	}
	for i, file := range files {
		if full, err := filepath.Abs(file); err == nil {
			files[i] = full
		}
	}
	return strings.Join(files, string(filepath.ListSeparator))
}

// usual are the files that kubectl would take, without those that do not exist
// where there are several.
func usual() []string {
	all := clientcmd.NewDefaultClientConfigLoadingRules().GetLoadingPrecedence()
	if len(all) == 1 {
		return all
	}
	found := slices.DeleteFunc(slices.Clone(all), func(file string) bool {
		_, err := os.Stat(file)
		return err != nil
	})
	if len(found) == 0 {
		return all[:min(1, len(all))]
	}
	return found
}
