//go:build !legacy

package host

import sdk "github.com/hashicorp/vault/sdk/plugin"

// KillsPlugins is whether this SDK ends a plugin with SIGKILL, without asking it first.
const KillsPlugins = false

// HandshakeConfig holds the cookie of secrets and auth plugins.
var HandshakeConfig = sdk.HandshakeConfig
