experiment "bad_image" {
  description = "A release whose image cannot be pulled does not take away what serves."
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

  fault "kubernetes_image_pull_failure" "checkout" {
    target {
      namespace = module.shop.namespace
      names     = ["deployment/checkout"]
    }
    duration = "10s"
  }
}
