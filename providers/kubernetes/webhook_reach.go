package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gameday-dev/gameday/providers/kubernetes/webhook"
)

// reachedWithin is how long an API server may take to know of a webhook and to reach it.
const reachedWithin = 10 * time.Second

// awaitReached tries a request that the webhook answers at once, until it does. Where packets to the ports of pods are
// dropped, as those of the control plane in private clusters are, every write in the namespaces would wait for the API
// server's time-out, and look delayed.
func (i injection) awaitReached(ctx context.Context, namespace string, within time.Duration) error {
	trying, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ticker := time.NewTicker(webhookReady)
	defer ticker.Stop()
	for {
		began := time.Now()
		err := i.session.dryRun(trying, namespace, webhook.ReachedName(i.record.ID))
		took := time.Since(began)
		switch {
		case isReached(err):
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("wait until the API server reaches the webhook: %w", context.Cause(ctx))
		case err == nil && took >= reviewMargin || trying.Err() != nil && took > within/4: // its time-out is over, or goes on
			return i.unreached(namespace, fmt.Sprintf("it has waited %s for an answer that comes at once", took.Round(time.Second)))
		case trying.Err() != nil:
			return i.unreached(namespace, fmt.Sprintf("after %s it still passes it over", within))
		case err != nil:
			return err
		}
		select {
		case <-ticker.C: // the API server does not know of the webhook yet
		case <-trying.Done():
		}
	}
}

func (i injection) unreached(namespace, what string) error {
	return fmt.Errorf("the API server does not reach the webhook in the pod %s/%s: %s. Open port %d of pods to the API server, "+
		"in the firewall of a private cluster and in network policies of the namespace, and let agent_image be of this gameday's version",
		namespace, addedName(i.record.ID), what, webhookPort)
}

// isReached reports whether an error is the webhook's answer.
func isReached(err error) bool {
	return answeredByServer(err) && strings.Contains(err.Error(), webhook.Reached)
}
