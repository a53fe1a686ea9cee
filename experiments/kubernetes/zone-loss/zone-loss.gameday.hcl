variable "zone" {
  description = "The zone that is lost, by the label topology.kubernetes.io/zone of its nodes."
  type        = string
  default     = "zone-a"
}

experiment "zone_loss" {
  description = "When a zone is lost, the shop serves on from the other."
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
      condition     = probe.purchase.success_ratio >= 0.85
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

  # Nothing can start in the zone any more.
  fault "kubernetes_node_cordon" "zone" {
    target {
      labels = { "topology.kubernetes.io/zone" = var.zone }
    }
    duration = "12s"
  }

  # And all that ran in it is gone at once.
  fault "kubernetes_pod_kill" "pods" {
    depends_on = [fault.zone]
    target {
      namespace   = module.shop.namespace
      expressions = "app in (storefront, checkout, payments)"
      node_labels = { "topology.kubernetes.io/zone" = var.zone }
    }
    grace_period = "0s"
    duration     = "10s"
  }
}
