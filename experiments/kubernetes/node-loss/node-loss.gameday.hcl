variable "zone" {
  description = "The zone whose nodes stop answering, by the label topology.kubernetes.io/zone of its nodes."
  type        = string
  default     = "zone-a"
}

experiment "node_loss" {
  description = "When a node stops answering, the shop serves on from the others."
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

  # Its containers run on, but nobody hears of them any more: after its grace
  # period the control plane takes the node for lost.
  fault "kubernetes_kubelet_stop" "node" {
    target {
      labels = { "topology.kubernetes.io/zone" = var.zone }
    }
    duration = "70s"
  }
}
