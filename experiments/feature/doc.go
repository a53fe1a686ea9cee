// Package feature runs experiments inside `go test`, as features of
// sigs.k8s.io/e2e-framework. A suite that makes its cluster and deploys its
// service with that framework ends with
//
//	testenv.Test(t, feature.Apply("experiments/pod-loss",
//		feature.Kubeconfig("kubeconfig"),
//		feature.Variable("namespace", "shop"),
//	))
//
// and fails, with the assertion that did not hold and its values, when the service
// does not survive what the experiment does to it.
//
// Everything happens in the test's own process: the configuration is planned
// against the cluster as it is by then, run, undone and judged as by `gameday
// apply`. The run's folder, with the journal, all events and a JUnit report, is in
// .gameday/runs below the package; `gameday recover` and `gameday runs` work there.
//
// A test that is interrupted, or whose time (go test -timeout) comes to its end,
// undoes what it did before it ends. Of tests that run side by side, the last one that
// has done so ends the process.
package feature
