package e2ecluster_test

import (
	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envfuncs"

	"github.com/gameday-dev/gameday/providers/kubernetes/kindcluster/e2ecluster"
)

// A TestMain whose tests all run on one cluster.
func Example() {
	testenv := env.New()
	testenv.Setup(envfuncs.CreateCluster(e2ecluster.New(e2ecluster.WithNodes(1, 2)), "my-tests"))
	testenv.Finish(envfuncs.DestroyCluster("my-tests"))
	// Then testenv.Run runs the tests.
}
