# As the quickstart, with another trouble: payments does not get slow, it stands
# still (SIGSTOP) with its connections open, as a process does in a long garbage
# collection, on a frozen disk or in a paused virtual machine.

module "shop" {
  for_each = toset(["fragile", "resilient"])
  source   = "../demo/shop"
  variant  = each.key
  trouble  = "paused"
}
