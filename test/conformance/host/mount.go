package host

import (
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	sdk "github.com/hashicorp/vault/sdk/plugin"
)

// Mount is a mount of the plugin.
type Mount struct {
	logical.Backend
	Storage *Storage
	System  *SystemView
	// UUID is what the mount keeps for its life.
	UUID string
	// Options are what the user gave when enabling it.
	Options map[string]string
	// Configure changes what the SDK is given, where it is set.
	Configure func(*logical.BackendConfig)
	server    *Server
}

// NewMount prepares a mount; its members may be changed until it is enabled.
func (s *Server) NewMount(uuid string) *Mount {
	return &Mount{Storage: &Storage{}, System: newSystemView(s), UUID: uuid, Options: map[string]string{}, server: s}
}

// EnableLegacy starts the mount as Vault 1.11 does, and later ones where protocol 5 fails: a first process, in plaintext,
// only says what the plugin is; a second one, with a certificate by a wrapping token, serves.
func (m *Mount) EnableLegacy(ctx context.Context) error {
	described, err := m.startLegacy(ctx, true)
	if err != nil {
		return fmt.Errorf("in metadata mode: %w", err)
	}
	kind, paths := described.Type(), described.SpecialPaths()
	described.Cleanup(ctx)

	serving, err := m.startLegacy(ctx, false)
	if err != nil {
		return err
	}
	m.Backend = serving
	if serving.Type() != kind || !reflect.DeepEqual(serving.SpecialPaths(), paths) {
		return fmt.Errorf("the plugin is not what it was in metadata mode: %v, %v", serving.Type(), serving.SpecialPaths())
	}
	return m.initialize(ctx)
}

func (m *Mount) startLegacy(ctx context.Context, metadataMode bool) (logical.Backend, error) {
	backend, err := sdk.NewBackend(ctx, m.server.runner.Name, consts.PluginTypeSecrets, m.System, m.config(), metadataMode)
	if err != nil {
		return nil, err
	}
	if err := backend.Setup(ctx, m.config()); err != nil {
		backend.Cleanup(ctx)
		return nil, err
	}
	return backend, nil
}

func (m *Mount) initialize(ctx context.Context) error {
	if kind := m.Type(); kind != logical.TypeLogical {
		return fmt.Errorf("unknown backend type: %q", kind)
	}
	return m.Initialize(ctx, &logical.InitializationRequest{Storage: m.Storage})
}

func (m *Mount) config() *logical.BackendConfig {
	options := map[string]string{"plugin_name": m.server.runner.Name, "plugin_type": "secret", "plugin_version": ""}
	for name, value := range m.Options {
		options[name] = value
	}
	config := &logical.BackendConfig{
		StorageView: m.Storage,
		Logger:      m.server.logger,
		System:      m.System,
		BackendUUID: m.UUID,
		Config:      options,
	}
	if m.Configure != nil {
		m.Configure(config)
	}
	return config
}
