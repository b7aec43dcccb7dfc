# A pipeline that puts keys into the KMS providers that an administrator has configured, and keeps them there in their
# desired state. It cannot create or rotate keys, write a KMS provider, or remove a key from one.
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

# The first write distributes, another one finishes what an earlier one left undone. The server takes both for updates.
path "keymgmt/kms/+/key/+" {
  capabilities = ["read", "update"]
}

path "keymgmt/kms/+/key/+/status" {
  capabilities = ["read"]
}

# "force" goes on although storage is older than the cloud, after a restore.
path "keymgmt/kms/+/key/+/sync" {
  capabilities = ["update"]

  denied_parameters = {
    "force" = []
  }
}
