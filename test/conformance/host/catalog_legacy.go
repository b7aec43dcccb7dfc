//go:build legacy

package host

import "github.com/hashicorp/go-plugin"

// catalog keeps nothing: each mount has a process of its own, which ends with it.
type catalog struct{}

func newCatalog(*Server) *catalog { return &catalog{} }

func (*catalog) stop() {}

// KillsPlugins is whether this SDK ends a plugin with SIGKILL: it has closed the connection by the time when it would ask.
const KillsPlugins = true

// HandshakeConfig is a copy, as this SDK does not export its own.
var HandshakeConfig = plugin.HandshakeConfig{
	MagicCookieKey:   "VAULT_BACKEND_PLUGIN",
	MagicCookieValue: "6669da05-b1c8-4f49-97d9-c8e5bed98e20",
}
