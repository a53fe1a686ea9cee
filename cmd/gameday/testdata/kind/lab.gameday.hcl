variable "cluster" {
  type = string
}

variable "image" {
  type = string
}

environment "kind" "lab" {
  name       = var.cluster
  image      = var.image
  images     = ["gameday/shop:dev"]
  manifests  = ["${path.module}/manifests"]
  namespaces = ["lab"]
}

experiment "scale" {
  environment = environment.lab

  steady_state {
    baseline = "1s"

    probe "exec" "here" {
      command  = ["true"]
      interval = "100ms"
    }

    assert "well" {
      condition = probe.here.success_ratio >= 0.5
    }
  }

  fault "kubernetes_scale" "payments" {
    replicas = 0
    duration = "10s"

    target {
      names = ["deployment/payments"]
    }
  }
}
