package suite

import (
	"net/http"
	"testing"

	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	sdk "github.com/hashicorp/vault/sdk/plugin"
)

// Metadata mode, then TLS by a wrapping token: Vault 1.11, and what later servers fall back to.
func TestLegacyMountServes(t *testing.T) {
	server := alone(t, keymgmt)
	m, ctx := server.NewMount("uuid"), soon(t)
	if err := m.EnableLegacy(ctx); err != nil {
		t.Fatal(err)
	}
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	expectEqual(t, "list", m.List(ctx, "key/").Data(), object{"keys": []string{"app"}})
	m.Cleanup(ctx)
	expectNoComplaints(t, server)
}

// A server that is registering a plugin has no storage and no view for it yet; calls to them would crash old ones.
func TestLegacyRegistration(t *testing.T) {
	server, ctx := alone(t, keymgmt), soon(t)
	config := &logical.BackendConfig{Logger: server.Log.Logger()}
	backend, err := sdk.NewBackend(ctx, "keymgmt", consts.PluginTypeSecrets, server.System(), config, true)
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Cleanup(ctx)
	if err := backend.Setup(ctx, &logical.BackendConfig{}); err != nil {
		t.Fatal(err)
	}
	if kind := backend.Type(); kind != logical.TypeLogical {
		t.Fatalf("type %v", kind)
	}
}
