variable "variant" {
  description = "fragile: no time-outs, one queue. resilient: time-outs, a circuit breaker, load shedding."
  type        = string

  validation {
    condition     = contains(["fragile", "resilient"], var.variant)
    error_message = "The variant must be fragile or resilient, not ${var.variant}."
  }
}

variable "trouble" {
  description = "slow: payments is reached late. paused: payments stands still."
  type        = string
  default     = "slow"

  validation {
    condition     = contains(["slow", "paused"], var.trouble)
    error_message = "The trouble must be slow or paused, not ${var.trouble}."
  }
}

locals {
  shop = "${path.module}/../../../bin/shop"
}

# Three real processes on this machine. Payments is reached through a link, a
# hop of TCP that faults can act on.
environment "local" "shop" {
  process "payments" {
    command = [local.shop, "payments"]
    env     = { LISTEN = self.process.payments.address.http }
    ports   = ["http"]
    labels  = { tier = "backend" }
    ready { http = "/healthz" }
  }

  process "checkout" {
    command = [local.shop, "checkout", "-variant", var.variant]
    env = {
      LISTEN   = self.process.checkout.address.http
      PAYMENTS = "http://${self.link.payments.address}"
    }
    ports  = ["http"]
    labels = { tier = "middle" }
    ready { http = "/healthz" }
  }

  process "storefront" {
    command = [local.shop, "storefront", "-variant", var.variant]
    env = {
      LISTEN   = self.process.storefront.address.http
      CHECKOUT = "http://${self.process.checkout.address.http}"
    }
    ports  = ["http"]
    labels = { tier = "front" }
    ready { http = "/healthz" }
  }

  link "payments" {
    from = "checkout"
    to   = self.process.payments.address.http
  }
}

experiment "payments_in_trouble" {
  description = "When payments is ${var.trouble}, the storefront keeps answering."
  environment = environment.shop
  labels      = { tier = "critical" }

  load "http" "shoppers" {
    url     = "http://${environment.shop.process.storefront.address.http}/buy"
    method  = "POST"
    rate    = 40
    timeout = "5s"
  }

  steady_state {
    baseline = "3s"

    probe "http" "purchase" {
      url      = "http://${environment.shop.process.storefront.address.http}/buy"
      method   = "POST"
      interval = "100ms"
      timeout  = "2s"
    }

    probe "http" "page" {
      url      = "http://${environment.shop.process.storefront.address.http}/"
      interval = "100ms"
      timeout  = "2s"
    }

    assert "available" {
      condition     = probe.purchase.success_ratio >= 0.99
      error_message = "Only ${percent(probe.purchase.success_ratio)} of purchases succeeded."
    }

    assert "browsable" {
      condition     = probe.page.success_ratio >= 0.99
      error_message = "Only ${percent(probe.page.success_ratio)} of pages came, and a page does not even need payments."
    }

    assert "responsive" {
      phases        = ["fault", "recovery"]
      condition     = probe.purchase.latency.p99 <= 1
      error_message = "p99 of a purchase is ${format("%.2f", probe.purchase.latency.p99)} s, two hops from the fault."
    }

    recovery {
      within = "10s"
      hold   = "2s"
    }
  }

  fault "local_network_delay" "slow" {
    for_each = var.trouble == "slow" ? toset(["payments"]) : toset([])
    target { names = [each.key] }
    latency  = "400ms"
    jitter   = "50ms"
    duration = "5s"
  }

  fault "local_process_pause" "paused" {
    for_each = var.trouble == "paused" ? toset(["payments"]) : toset([])
    target { names = [each.key] }
    duration = "5s"
  }
}
