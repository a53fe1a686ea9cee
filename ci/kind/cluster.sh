# The cluster that the e2e tests share; to be sourced by e2e.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # cluster, kind, run, here and the exported KUBECONFIG are of e2e.sh

# install_kind sets kind to the command of the version that go.mod has.
install_kind() {
	local version
	version=$(go list -m -f '{{.Version}}' sigs.k8s.io/kind)
	kind=$PWD/bin/tools/kind-$version
	[ -x "$kind" ] || ci/tool.sh sigs.k8s.io/kind "$version"
}

create_cluster() {
	"$kind" create cluster -q --name "$cluster" --image "$GAMEDAY_NODE_IMAGE" --config "$here/cluster.yaml" --kubeconfig "$KUBECONFIG"
	mkdir -p "$run/bin"
	docker cp "$cluster-control-plane:/usr/bin/kubectl" "$run/bin/" >/dev/null # the one that fits
	kubectl wait --for=condition=Ready nodes --all --timeout=90s >/dev/null
	kubectl -n kube-system rollout status deployment/coredns --timeout=90s >/dev/null
	await_services
	"$kind" load docker-image -q --name "$cluster" gameday/shop:dev gameday/agent:dev gameday/meter:dev
}

# await_services asks a service address from every node: a kube-proxy that can't write its rules shows nowhere else.
await_services() {
	local dns node deadline=$((SECONDS + 60))
	dns=$(kubectl -n kube-system get service kube-dns -o jsonpath='{.spec.clusterIP}')
	for node in $("$kind" get nodes --name "$cluster"); do
		until docker exec "$node" timeout 1 bash -c "exec 3<>/dev/tcp/$dns/53" 2>/dev/null; do
			((SECONDS < deadline)) || fail "the service address $dns does not answer from $node after 60 s: is kube-proxy well there?"
			sleep 0.2
		done
	done
}

delete_cluster() { "$kind" delete cluster -q --name "$cluster" --kubeconfig "$KUBECONFIG"; }

# cluster_state is what faults may change and tests must leave as it was: namespaces, schedulability and labels of nodes, and every
# object that bears a run's mark.
cluster_state() {
	kubectl get namespaces -o name
	kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.spec.unschedulable} {.spec.taints} {.metadata.labels}{"\n"}{end}'
	local kinds
	kinds=$(kubectl api-resources --verbs=list -o name | grep -v '^events' | paste -sd,)
	kubectl get "$kinds" --all-namespaces -l gameday.dev/run -o name 2>/dev/null
}

# engine_state is every container and every cluster.
engine_state() {
	{
		docker ps -a --format 'container {{.Names}}'
		"$kind" get clusters -q | sed 's/^/cluster /'
	} | LC_ALL=C sort
}

# left_on_engine is what was not there before. What is gone was not ours: that somebody removed it is no failure.
# shellcheck disable=SC2154 # engine_before is of e2e.sh
left_on_engine() { LC_ALL=C comm -13 <(echo "$engine_before") <(engine_state); }
