# Auditors: see all that there is, and change nothing. No path returns key material or credentials.
path "keymgmt/inventory" {
  capabilities = ["read"]
}

path "keymgmt/inventory/cyclonedx" {
  capabilities = ["read"]
}

path "keymgmt/key/" {
  capabilities = ["list"]
}

path "keymgmt/key/+" {
  capabilities = ["read"]
}

path "keymgmt/key/+/kms/" {
  capabilities = ["list"]
}

path "keymgmt/kms/" {
  capabilities = ["list"]
}

path "keymgmt/kms/+" {
  capabilities = ["read"]
}

path "keymgmt/kms/+/key/" {
  capabilities = ["list"]
}

path "keymgmt/kms/+/key/+" {
  capabilities = ["read"]
}

# These ask the cloud, with the engine's credentials.
path "keymgmt/kms/+/status" {
  capabilities = ["read"]
}

path "keymgmt/kms/+/key/+/status" {
  capabilities = ["read"]
}

# The one path that tells the check value of a symmetric key: leave it out where the auditor is not to compare keys.
path "keymgmt/kms/+/key/+/evidence" {
  capabilities = ["read"]
}

# A write that changes nothing: tries out which permissions the engine's credentials have.
path "keymgmt/kms/+/check" {
  capabilities = ["update"]
}

path "keymgmt/kms/+/orphan/" {
  capabilities = ["list"]
}

path "keymgmt/kms/+/orphan/+" {
  capabilities = ["read"]
}

path "keymgmt/lost-key/" {
  capabilities = ["list"]
}

path "keymgmt/lost-key/+" {
  capabilities = ["read"]
}

path "keymgmt/info" {
  capabilities = ["read"]
}

path "keymgmt/metrics" {
  capabilities = ["read"]
}

path "keymgmt/status" {
  capabilities = ["read"]
}

path "keymgmt/restore-guard" {
  capabilities = ["read"]
}
