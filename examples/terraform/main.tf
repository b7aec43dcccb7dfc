# A key, the AWS account that it goes to, and its distribution. Provider: hashicorp/vault 5.9 or later, whose resources of
# the Key Management secrets engine work with this plugin, except vault_keymgmt_replicate_key.

terraform {
  # Of ephemeral variables and write-only arguments.
  required_version = ">= 1.11"

  required_providers {
    vault = {
      source  = "hashicorp/vault"
      version = "~> 5.9"
    }
  }
}

# The address and the token come from the environment: VAULT_ADDR, VAULT_TOKEN.
provider "vault" {}

# From TF_VAR_access_key and TF_VAR_secret_key: in no plan and no state.
variable "access_key" {
  type      = string
  ephemeral = true
  sensitive = true
}

variable "secret_key" {
  type      = string
  ephemeral = true
  sensitive = true
}

# The plugin is registered by whoever operates the server.
resource "vault_mount" "keymgmt" {
  path        = "keymgmt"
  type        = "keymgmt"
  description = "Keys that are held here and used in AWS KMS"
}

resource "vault_keymgmt_aws_kms" "aws" {
  mount          = vault_mount.keymgmt.path
  name           = "aws"
  key_collection = "eu-central-1"

  # Left out, the engine uses the credentials of the server. Count the version up to write new ones.
  credentials_wo = {
    access_key = var.access_key
    secret_key = var.secret_key
  }
  credentials_wo_version = 1
}

# A key that is distributed cannot be deleted: remove the distribution first, which schedules the KMS keys for deletion.
resource "vault_keymgmt_key" "app" {
  mount            = vault_mount.keymgmt.path
  name             = "app"
  type             = "aes256-gcm96"
  deletion_allowed = true
}

resource "vault_keymgmt_distribute_key" "app" {
  mount      = vault_mount.keymgmt.path
  kms_name   = vault_keymgmt_aws_kms.aws.name
  key_name   = vault_keymgmt_key.app.name
  purpose    = ["encrypt", "decrypt"]
  protection = "hsm"
}

# Id of the KMS key of each version. Applications use the alias: examples/clients/encrypt.ts.
output "versions" {
  value = vault_keymgmt_distribute_key.app.versions
}
