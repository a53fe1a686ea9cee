experiment "dependency_gone" {
  description = "Without payments the shop takes orders and charges them later."
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
      condition     = probe.purchase.success_ratio >= 0.95
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

  fault "kubernetes_scale" "payments" {
    target {
      namespace = module.shop.namespace
      names     = ["deployment/payments"]
    }
    replicas = 0
    duration = "10s"
  }
}
