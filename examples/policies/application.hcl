# The application that encrypts with the key "app": reads which alias to use, and nothing else. The right to encrypt is
# AWS's to give: examples/iam/application.json.
path "keymgmt/kms/aws/key/app" {
  capabilities = ["read"]
}
