experiment "bad_config" {
  description = "A release with a wrong setting does not take away what serves."
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
      within = "10s"
      hold   = "2s"
    }
  }

  # The address of payments loses its scheme. Nobody notices yet: it is read when
  # a process starts.
  fault "kubernetes_config_change" "address" {
    target {
      namespace = module.shop.namespace
      names     = ["shop"]
    }
    set      = { PAYMENTS = "payments:8080" }
    duration = "12s"
  }

  # The next release brings it into the pods.
  fault "kubernetes_rollout_restart" "release" {
    depends_on = [fault.address]
    target {
      namespace = module.shop.namespace
      names     = ["deployment/checkout"]
    }
    duration = "10s"
  }
}
