# Administrators of the keys: everything on the mount, and nothing beside it.
# They decide where keys go (kms/<name>) and which keys go there (kms/<name>/key/<key>): whoever may do both can
# distribute a key to an account of their own. Give this to few, and not to automation.
path "keymgmt/*" {
  capabilities = ["create", "read", "update", "delete", "list"]
}
