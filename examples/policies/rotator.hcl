# A job that rotates keys: finds them, sees how old their versions are, and rotates them. It cannot create, configure,
# distribute or remove.
path "keymgmt/key/" {
  capabilities = ["list"]
}

path "keymgmt/key/+" {
  capabilities = ["read"]
}

# "force" rotates although storage is older than the cloud, after a restore: that is for an administrator to decide.
path "keymgmt/key/+/rotate" {
  capabilities = ["update"]

  denied_parameters = {
    "force" = []
  }
}
