#!/bin/sh
# Registers the plugin of vault.Containerfile or openbao.Containerfile in the catalogue of a server:
#   register.sh SHA256SUMS vault-plugin-secrets-keymgmt_0.1.0_linux_amd64_musl
# The checksum is that of the release, which has been verified, not that of the file in the container.
# VAULT_ADDR and VAULT_TOKEN as for the CLI, which CLI names: vault (the default) or bao.
set -eu
sums=${1:?the path of SHA256SUMS}
file=${2:?the name of the executable}
sha256=$(awk -v file="$file" '$2 == file { print $1 }' "$sums")
case $sha256 in
'') echo "$file is not in $sums" >&2; exit 1 ;;
*[!0-9a-f]*) echo "$sums has more than one checksum of $file" >&2; exit 1 ;;
esac
version=${file#vault-plugin-secrets-keymgmt_}
version=${version%%_*}
exec "${CLI:-vault}" plugin register -sha256="$sha256" -command=keymgmt -version="v$version" secret keymgmt
