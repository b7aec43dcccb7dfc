# A scraper, such as Prometheus (examples/monitoring): no label holds the name of a key or of a KMS.
path "keymgmt/metrics" {
  capabilities = ["read"]
}
