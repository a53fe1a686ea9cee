// Package webhook is an admission webhook that answers late and allows
// everything: what kubernetes_webhook_fault puts into a cluster, run by the agent's
// binary. It knows nothing of client-go.
package webhook
