# Which variant of the shop, and in which cluster: the same in every scenario.

variable "variant" {
  type = string
}

variable "namespace" {
  type    = string
  default = null
}

variable "kubeconfig" {
  type    = string
  default = null
}

variable "context" {
  type    = string
  default = null
}

variable "agent_image" {
  type    = string
  default = "gameday/agent:dev"
}

module "shop" {
  source      = "../shop"
  variant     = var.variant
  namespace   = var.namespace
  kubeconfig  = var.kubeconfig
  context     = var.context
  agent_image = var.agent_image
}
