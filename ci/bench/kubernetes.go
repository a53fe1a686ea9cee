package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// compareKubernetes measures faults on the cluster of KUBECONFIG against kubectl and
// against a bare client-go loop, and writes kubernetes.md. It works in a
// namespace of its own, which it removes.
func compareKubernetes(ctx context.Context, opts options, machine string, out io.Writer) error {
	b, err := openKubeBench(ctx, opts)
	if err != nil {
		return err
	}
	defer b.close()
	var rows strings.Builder
	for _, measure := range []func(context.Context) (string, error){b.firstDeletion, b.deletions, b.trivialExperiments} {
		text, err := measure(ctx)
		if err != nil {
			return err
		}
		rows.WriteString(text)
		fmt.Fprint(out, text)
	}
	text := fmt.Sprintf(kubernetesPage, opts.rounds, machine, rows.String())
	path := filepath.Join(opts.results, "kubernetes.md")
	fmt.Fprintf(out, "bench: wrote %s\n", path)
	return os.WriteFile(path, []byte(text), 0o644)
}

const kubernetesPage = `# Faults on Kubernetes

gameday against kubectl and against a bare client-go loop on one cluster, in turn, %d rounds after one that does not count. Medians; the ratio is
the median of the rounds' own ratios. Pods are of ReplicaSets and unscheduled, so that nothing but the API server is measured; their deletion is
what a watch saw. Before gameday deletes anything it claims the targets in the cluster, so that somebody else can undo what it is about to do: it creates a
Lease, and lists those of others. One pod pays for these two requests alone; with many they do not show. Written by ` + "`go run ./ci/bench -only kubernetes`" + ` with KUBECONFIG set.

%s
| what | gameday | peer | ratio | at most |
| --- | --- | --- | --- | --- |
%s`
