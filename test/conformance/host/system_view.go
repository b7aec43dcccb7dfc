package host

import (
	"context"
	"time"

	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/helper/pluginutil"
	"github.com/hashicorp/vault/sdk/helper/wrapping"
	"github.com/hashicorp/vault/sdk/logical"
)

// Version is what the server gives as its own version.
const Version = "1.99.0"

// SystemView is the server as a mount sees it; through it the SDK also finds and starts the plugin.
type SystemView struct {
	logical.StaticSystemView
	server *Server

	// Environment answers PluginEnv.
	Environment func() (*logical.PluginEnvironment, error)
}

// newSystemView makes the view of a mount on a community server.
func newSystemView(server *Server) *SystemView {
	return &SystemView{
		StaticSystemView: logical.StaticSystemView{
			ReplicationStateVal: consts.ReplicationPerformanceDisabled | consts.ReplicationDRDisabled,
		},
		server: server,
		Environment: func() (*logical.PluginEnvironment, error) {
			return &logical.PluginEnvironment{VaultVersion: Version}, nil
		},
	}
}

func (v *SystemView) PluginEnv(context.Context) (*logical.PluginEnvironment, error) {
	return v.Environment()
}

func (v *SystemView) VaultVersion(context.Context) (string, error) { return Version, nil }

func (v *SystemView) LookupPlugin(context.Context, string, consts.PluginType) (*pluginutil.PluginRunner, error) {
	return v.server.Runner(), nil
}

func (v *SystemView) LookupPluginVersion(context.Context, string, consts.PluginType, string) (*pluginutil.PluginRunner, error) {
	return v.server.Runner(), nil
}

func (v *SystemView) ResponseWrapData(_ context.Context, data map[string]interface{}, _ time.Duration, _ bool) (*wrapping.ResponseWrapInfo, error) {
	token, err := v.server.wrapping.wrap(data)
	return &wrapping.ResponseWrapInfo{Token: token}, err
}
