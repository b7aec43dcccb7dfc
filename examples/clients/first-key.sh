#!/usr/bin/env bash
# Makes a key, distributes it to AWS KMS and rotates it, with curl. From the environment: VAULT_ADDR, VAULT_TOKEN (policy
# admin.hcl), and the credentials of the engine, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (policy iam/minimum.json).
# Nothing secret is an argument of a command: arguments stand in the list of processes.
set -euo pipefail

# METHOD PATH, with the body on standard input.
keymgmt() {
  curl --silent --show-error --fail-with-body --request "$1" --data @- \
    --header @<(printf 'X-Vault-Token: %s\n' "$VAULT_TOKEN") "$VAULT_ADDR/v1/keymgmt/$2"
}

keymgmt POST key/app <<<'{ "type": "aes256-gcm96" }'
keymgmt POST kms/aws <<JSON
{
  "provider": "awskms",
  "key_collection": "eu-central-1",
  "credentials": { "access_key": "$AWS_ACCESS_KEY_ID", "secret_key": "$AWS_SECRET_ACCESS_KEY" }
}
JSON
keymgmt POST kms/aws/key/app <<<'{ "purpose": "encrypt,decrypt" }'
keymgmt POST key/app/rotate </dev/null
keymgmt GET kms/aws/key/app </dev/null
