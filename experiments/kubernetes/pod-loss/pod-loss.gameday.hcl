experiment "pod_loss" {
  description = "When a storefront is killed, the others serve on."
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
      within = "10s"
      hold   = "2s"
    }
  }

  fault "kubernetes_pod_kill" "storefront" {
    target {
      namespace = module.shop.namespace
      labels    = { app = "storefront" }
      count     = 1
    }
    grace_period = "0s" # as when its node crashes: it cannot say goodbye
    duration     = "10s"
  }
}
