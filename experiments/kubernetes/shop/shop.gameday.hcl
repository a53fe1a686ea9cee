# The cluster and the variant of the shop that a scenario is about. Scenarios call
# it as a module; by itself it does nothing.

variable "variant" {
  description = "fragile: one replica of each service, and nothing that helps it. resilient: what a service needs to outlive the scenarios."
  type        = string

  validation {
    condition     = contains(["fragile", "resilient"], var.variant)
    error_message = "The variant must be fragile or resilient, not ${var.variant}."
  }
}

variable "namespace" {
  description = "Where that variant is; null for shop-fragile or shop-resilient."
  type        = string
  default     = null
}

variable "kubeconfig" {
  description = "Path of the kubeconfig; null for $KUBECONFIG or ~/.kube/config."
  type        = string
}

variable "context" {
  description = "Context of the kubeconfig; null for the current one."
  type        = string
}

variable "agent_image" {
  description = "Image of gameday's agent, in which probes run beside the shop."
  type        = string
}

variable "allow_privileged" {
  description = "Whether gameday may reach nodes by privileged pods. Only faults on containers and kubelets need it."
  type        = bool
  default     = false
}

locals {
  namespace = coalesce(var.namespace, "shop-${var.variant}")
}

environment "kubernetes" "cluster" {
  kubeconfig       = var.kubeconfig
  context          = var.context
  namespaces       = [local.namespace] # the fence: nothing outside is harmed
  agent_image      = var.agent_image
  allow_privileged = var.allow_privileged
}

output "cluster" {
  description = "The environment."
  value       = environment.cluster
}

output "namespace" {
  description = "Where the shop of that variant is."
  value       = local.namespace
}

output "url" {
  description = "The storefront, as it is called in the cluster."
  value       = "http://storefront.${local.namespace}.svc:8080"
}
