variable "server" {
  description = "A command that serves HTTP on $LISTEN."
  type        = list(string)
}

variable "limit" {
  description = "What a page may take while the way to it is slow."
  type        = string
}

variable "duration" {
  description = "How long the way is slow."
  type        = string
  default     = "1500ms"
}

variable "after" {
  description = "A command that is run when the way is as it was."
  type        = list(string)
  default     = ["true"]
}

environment "local" "web" {
  process "web" {
    command = var.server
    env     = { LISTEN = self.process.web.address.http }
    ports   = ["http"]
    ready { http = "/" }
  }

  link "web" {
    to = self.process.web.address.http
  }
}

experiment "slow_way" {
  description = "A page comes in time, also over a slow way."
  environment = environment.web

  steady_state {
    baseline = "500ms"

    probe "http" "page" {
      url      = "http://${environment.web.link.web.address}/"
      interval = "25ms"
      timeout  = "2s"
    }

    assert "in_time" {
      condition     = probe.page.latency.p90 <= duration(var.limit)
      error_message = "A page took ${format("%.3f", probe.page.latency.p90)} s."
    }

    recovery {
      hold = "500ms"
    }
  }

  fault "local_network_delay" "slow" {
    target {}
    latency  = "600ms"
    duration = var.duration
  }

  rollback {
    action "exec" "after" {
      command = var.after
    }
  }
}
