# The lesson of a game day in small. Payments gets slow; the damage shows two
# hops upstream, at the storefront. The same experiment runs against both
# variants of the shop: it fails on the fragile one and passes on the resilient.

module "shop" {
  for_each = toset(["fragile", "resilient"])
  source   = "../demo/shop"
  variant  = each.key
}
