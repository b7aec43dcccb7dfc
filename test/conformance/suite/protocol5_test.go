//go:build !legacy

package suite

import (
	"context"
	"errors"
	"net/http"
	"os"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/helper/pluginutil"
	"github.com/hashicorp/vault/sdk/logical"
	sdk "github.com/hashicorp/vault/sdk/plugin"
)

// connect starts the plugin as a server does to look at it, or joins the process that is there.
func connect(t *testing.T, server *host.Server) *host.Connection {
	t.Helper()
	connection, err := server.Connect(soon(t), pluginutil.PluginClientConfig{
		Name: "keymgmt", PluginType: consts.PluginTypeSecrets, PluginSets: sdk.PluginSet,
		HandshakeConfig: sdk.HandshakeConfig, Logger: server.Log.Logger(), AutoMTLS: true, Wrapper: server.System(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

func TestAutoMTLS(t *testing.T) {
	connection := connect(t, alone(t, keymgmt))
	if version := connection.Process.NegotiatedVersion(); version != 5 {
		t.Errorf("version %d", version)
	}
	if err := connection.Ping(); err != nil {
		t.Error(err)
	}
}

func TestMultiplexing(t *testing.T) {
	server := alone(t, keymgmt)
	if one, other := connect(t, server), connect(t, server); one.Process != other.Process {
		t.Fatal("two mounts have two processes")
	}
}

// What a server does when a plugin is registered: all of the configuration is missing, storage and view too.
func TestRegistration(t *testing.T) {
	server, ctx := alone(t, keymgmt), soon(t)
	connection := connect(t, server)
	backend, err := sdk.Dispense(connection.ClientProtocol, connection)
	if err != nil {
		t.Fatal(err)
	}
	if err := backend.Setup(ctx, &logical.BackendConfig{}); err != nil {
		t.Fatal(err)
	}
	if kind := backend.Type(); kind != logical.TypeLogical {
		t.Errorf("type %v", kind)
	}
	version := backend.(logical.PluginVersioner).PluginVersion().Version
	if want := os.Getenv("CONFORMANCE_VERSION"); version != want || want == "" {
		t.Errorf("version %q and not %q", version, want)
	}
}

func TestUnversionedPlugin(t *testing.T) {
	backend := mount(t, echo).Backend.(logical.PluginVersioner)
	if version := backend.PluginVersion(); version != logical.EmptyPluginVersion {
		t.Fatalf("version %v", version)
	}
}

func TestFailedSetupLeavesOtherMountsAlone(t *testing.T) {
	server, ctx := alone(t, echo), soon(t)
	m, failing := mount(t, server), server.NewMount("failing")
	failing.Options["fail_setup"] = "no room"
	if err := failing.Enable(ctx); err == nil || err.Error() != "no room" {
		t.Fatalf("error %v", err)
	}
	expectStatus(t, m.Read(ctx, "config"), http.StatusOK)
}

// The others of its mounts are told by nothing but the end of the process.
func TestReloadCleansUpEachMount(t *testing.T) {
	server, ctx := alone(t, echo), soon(t)
	one, other := server.NewMount("one"), server.NewMount("other")
	if err := errors.Join(one.Enable(ctx), other.Enable(ctx)); err != nil {
		t.Fatal(err)
	}
	if err := one.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	cleaned := map[interface{}]int{}
	for _, line := range server.Log.With("cleaned up") {
		cleaned[line["uuid"]]++
	}
	expectEqual(t, "cleaned up", map[string]int{"one": cleaned["one"], "other": cleaned["other"]}, object{"one": 1, "other": 1})
	if answer := other.Read(ctx, "config"); answer.Cause != sdk.ErrPluginShutdown {
		t.Fatalf("the other mount has error %v", answer.Cause)
	}
	if err := other.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	expectStatus(t, other.Read(ctx, "config"), http.StatusOK)
	other.Cleanup(ctx)
}

func TestShutdownDoesNotWaitForARequest(t *testing.T) {
	server := alone(t, echo)
	m := mount(t, server)
	answer := make(chan host.Answer, 1)
	go func() { answer <- m.Read(context.Background(), "wait") }()
	eventually(t, "the request is there", func() bool { return len(server.Log.With("waiting")) > 0 })
	server.Stop()
	if receive(t, "the answer", answer).Cause == nil {
		t.Error("the request has succeeded")
	}
	if killed := server.Log.With("failed to exit gracefully"); len(killed) > 0 {
		t.Errorf("the log has %v", killed)
	}
}
