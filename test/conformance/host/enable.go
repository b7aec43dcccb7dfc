//go:build !legacy

package host

import (
	"context"

	"github.com/hashicorp/vault/sdk/helper/consts"
	sdk "github.com/hashicorp/vault/sdk/plugin"
)

// Enable starts the mount as a server does today: protocol 5 with AutoMTLS, multiplexed.
func (m *Mount) Enable(ctx context.Context) error {
	backend, err := sdk.NewBackendV5(ctx, m.server.runner.Name, consts.PluginTypeSecrets, "", m.System, m.config())
	if err != nil {
		return err
	}
	if err := backend.Setup(ctx, m.config()); err != nil {
		backend.Cleanup(ctx)
		return err
	}
	m.Backend = backend
	return m.initialize(ctx)
}

// Reload starts the mount again, in a new process, with the storage it has.
func (m *Mount) Reload(ctx context.Context) error {
	m.Cleanup(context.WithValue(ctx, sdk.ContextKeyPluginReload, "reload"))
	return m.Enable(ctx)
}
