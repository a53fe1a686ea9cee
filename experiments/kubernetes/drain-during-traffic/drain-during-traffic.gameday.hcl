variable "zone" {
  description = "The zone whose nodes are drained, by the label topology.kubernetes.io/zone of its nodes."
  type        = string
  default     = "zone-a"
}

experiment "drain_during_traffic" {
  description = "A node is drained for maintenance in the middle of the day, and no shopper notices."
  environment = module.shop.cluster
  labels      = { library = "kubernetes" }

  load "http" "shoppers" {
    from       = "cluster"
    url        = "${module.shop.url}/buy"
    method     = "POST"
    keep_alive = false # every one of them comes on a connection of his own
    rate       = 20
    timeout    = "2s"
  }

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

    assert "served" {
      condition     = load.shoppers.success_ratio >= 0.98
      error_message = "Only ${percent(load.shoppers.success_ratio)} of the shoppers were served."
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

  fault "kubernetes_node_drain" "maintenance" {
    target {
      labels = { "topology.kubernetes.io/zone" = var.zone }
    }
    respect_pdb = true
    duration    = "25s" # pods may take ten seconds to end, after the three in which they are taken out of service
  }
}
