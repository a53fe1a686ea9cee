variable "kubeconfig" {
  type = string
}

variable "namespace" {
  type = string
}

variable "agent_image" {
  type    = string
  default = "gameday/agent:dev"
}

environment "kubernetes" "cluster" {
  kubeconfig  = var.kubeconfig
  namespaces  = [var.namespace]
  agent_image = var.agent_image
}

experiment "pod_loss" {
  environment = environment.cluster

  steady_state {
    baseline = "2s"

    probe "http" "payments" {
      from       = "cluster"
      url        = "http://payments.${var.namespace}.svc:8080/healthz"
      keep_alive = false
      interval   = "100ms"
      timeout    = "1s"
    }

    assert "no_gap" {
      window    = "2s"
      condition = probe.payments.success_count > 0
    }

    recovery {
      within = "30s"
      hold   = "2s"
    }
  }

  fault "kubernetes_pod_kill" "payments" {
    target {
      labels = { app = "payments" }
      count  = 1
    }
    grace_period = "0s"
    duration     = "5s"
  }
}
