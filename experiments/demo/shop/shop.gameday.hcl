variable "variant" {
  description = "fragile: no time-outs, one queue. resilient: time-outs, a circuit breaker, load shedding."
  type        = string

  validation {
    condition     = contains(["fragile", "resilient"], var.variant)
    error_message = "The variant must be fragile or resilient, not ${var.variant}."
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

experiment "payments_slow" {
  description = "When payments answers slowly, the storefront keeps answering."
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

    probe "http" "storefront" {
      url      = "http://${environment.shop.process.storefront.address.http}/buy"
      method   = "POST"
      interval = "100ms"
      timeout  = "2s"
    }

    assert "available" {
      condition     = probe.storefront.success_ratio >= 0.99
      error_message = "Only ${percent(probe.storefront.success_ratio)} of purchases succeeded."
    }

    assert "responsive" {
      phases        = ["fault", "recovery"]
      condition     = probe.storefront.latency.p99 <= 0.5
      error_message = "p99 of the storefront is ${probe.storefront.latency.p99} s, two hops from the fault."
    }

    recovery {
      within = "10s"
      hold   = "2s"
    }
  }

  fault "local_network_delay" "payments" {
    target { links = ["payments"] }
    latency  = "400ms"
    jitter   = "50ms"
    duration = "5s"
  }

  stop_condition "meltdown" {
    condition = probe.storefront.success_ratio < 0.05
    window    = "3s"
  }
}
