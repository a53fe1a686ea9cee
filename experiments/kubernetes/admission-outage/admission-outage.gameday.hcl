experiment "admission_outage" {
  description = "While an admission webhook refuses every pod, a release waits instead of taking away what serves."
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
      timeout    = "1s"
    }

    assert "available" {
      condition     = probe.purchase.success_ratio >= 0.98
      error_message = "Only ${percent(probe.purchase.success_ratio)} of purchases succeeded."
    }

    assert "no_gap" {
      phases        = ["fault"]
      window        = "1s"
      condition     = probe.purchase.success_count > 0
      error_message = "For a whole second nobody could buy anything."
    }

    recovery {
      within = "30s"
      hold   = "2s"
    }
  }

  fault "kubernetes_webhook_fault" "policy" {
    target {
      namespace = module.shop.namespace
    }
    resources  = ["pods"]
    operations = ["CREATE"]
    duration   = "12s"
  }

  # The release comes just now.
  fault "kubernetes_rollout_restart" "release" {
    depends_on = [fault.policy]
    target {
      namespace = module.shop.namespace
      names     = ["deployment/storefront"]
    }
    duration = "10s"
  }
}
