experiment "admission_outage" {
  description = "When a pod is lost while an admission webhook refuses every new one, what is left is enough."
  environment = module.shop.cluster
  labels      = { library = "kubernetes" }

  steady_state {
    baseline = "3s"

    probe "http" "purchase" {
      from       = "cluster"
      url        = "${module.shop.url}/buy"
      method     = "POST"
      keep_alive = false # every purchase is another customer's
      interval   = "50ms"
      timeout    = "2s"
    }

    assert "available" {
      condition     = probe.purchase.success_ratio >= 0.9
      error_message = "Only ${percent(probe.purchase.success_ratio)} of purchases succeeded."
    }

    assert "no_gap" {
      phases        = ["fault"]
      window        = "1s"
      condition     = probe.purchase.success_count > 0
      error_message = "For a whole second nobody could buy anything."
    }

    recovery {
      within = "15s"
      hold   = "2s"
    }
  }

  # As a policy engine whose own pods are down: nothing new is let in.
  fault "kubernetes_webhook_fault" "policy" {
    target {
      namespace = module.shop.namespace
    }
    resources  = ["pods"]
    operations = ["CREATE"]
    duration   = "9s"
  }

  # So nothing replaces the one that is lost, until the webhook is well again.
  fault "kubernetes_pod_kill" "checkout" {
    depends_on = [fault.policy]
    target {
      namespace = module.shop.namespace
      labels    = { app = "checkout" }
      count     = 1
    }
    grace_period = "0s"
    duration     = "12s"
  }
}
