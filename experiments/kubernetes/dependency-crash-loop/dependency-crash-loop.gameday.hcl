experiment "dependency_crash_loop" {
  description = "While payments crashes again and again, the shop takes orders and charges them later."
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

  # Its only container dies, is started again, and dies again.
  fault "kubernetes_container_kill" "first" {
    target {
      namespace = module.shop.namespace
      labels    = { app = "payments" }
    }
    duration = "10s" # a pod beside it has to start first, which a busy node is slow at
  }

  fault "kubernetes_container_kill" "second" {
    depends_on = [fault.first]
    delay      = "10s"
    target {
      namespace = module.shop.namespace
      labels    = { app = "payments" }
    }
    duration = "10s"
  }
}
