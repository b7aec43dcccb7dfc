package suite

import (
	"context"
	"net/http"
	"syscall"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/logical"
	sdk "github.com/hashicorp/vault/sdk/plugin"
)

func TestTypeIsASecretsEngine(t *testing.T) {
	if kind := mount(t, keymgmt).Type(); kind != logical.TypeLogical {
		t.Fatalf("type %v", kind)
	}
}

func TestSpecialPaths(t *testing.T) {
	paths := mount(t, keymgmt).SpecialPaths()
	if len(paths.Root) > 0 || len(paths.Unauthenticated) > 0 || len(paths.LocalStorage) > 0 {
		t.Fatalf("special paths are %+v", paths)
	}
	expectEqual(t, "seal-wrapped storage", paths.SealWrapStorage, []string{"material/", "kms/"})
}

func TestSpecialPathsKeepTheirOrder(t *testing.T) {
	paths := mount(t, echo).SpecialPaths()
	expectEqual(t, "root", paths.Root, []string{"root/*"})
	expectEqual(t, "unauthenticated", paths.Unauthenticated, []string{"open"})
	expectEqual(t, "local storage", paths.LocalStorage, []string{"wal/"})
	expectEqual(t, "seal-wrapped storage", paths.SealWrapStorage, []string{"key/"})
}

func TestSetupBringsTheConfiguration(t *testing.T) {
	m := mount(t, echo, func(m *host.Mount) { m.Options["colour"] = "grün" })
	data := m.Read(soon(t), "config").Data()
	expectEqual(t, "uuid", data["uuid"], m.UUID)
	expectEqual(t, "options", data["options"], object{
		"colour": "grün", "plugin_name": echo.Runner().Name, "plugin_type": "secret", "plugin_version": "",
	})
}

func TestSetupErrorIsTold(t *testing.T) {
	m := alone(t, echo).NewMount("uuid")
	m.Options["fail_setup"] = "no room"
	if err := m.EnableLegacy(soon(t)); err == nil || err.Error() != "in metadata mode: no room" {
		t.Fatalf("error %v", err)
	}
}

func TestInitializeMayWrite(t *testing.T) {
	m := mount(t, echo)
	entry, err := m.Storage.Get(soon(t), "initialized")
	if err != nil || entry == nil || string(entry.Value) != m.UUID {
		t.Fatalf("entry %+v, error %v", entry, err)
	}
}

func TestInitializeErrorIsTold(t *testing.T) {
	m := alone(t, echo).NewMount("uuid")
	m.Options["fail_initialize"] = "no room"
	if err := m.Enable(soon(t)); err == nil || err.Error() != "no room" {
		t.Fatalf("error %v", err)
	}
	m.Cleanup(context.Background())
}

func TestInvalidateKeyArrives(t *testing.T) {
	m, ctx := mount(t, echo), soon(t)
	m.InvalidateKey(ctx, "some/key")
	expectEqual(t, "invalidated", m.Read(ctx, "config").Data()["invalidated"], []string{"some/key"})
}

func TestInvalidateKeyShowsWhatAnotherNodeWrote(t *testing.T) {
	m, other, ctx := mount(t, keymgmt), mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	expectStatus(t, other.Write(ctx, "key/app", object{"type": "ecdsa-p256"}), http.StatusNoContent)
	expectEqual(t, "type", m.Read(ctx, "key/app").Data()["type"], "aes256-gcm96")
	entry, err := other.Storage.Get(ctx, "key/app")
	if err == nil {
		err = m.Storage.Put(ctx, entry)
	}
	if err != nil {
		t.Fatal(err)
	}
	m.InvalidateKey(ctx, "key/app")
	expectEqual(t, "type", m.Read(ctx, "key/app").Data()["type"], "ecdsa-p256")
}

func TestCleanupMayComeTwice(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	m.Cleanup(ctx)
	m.Cleanup(ctx)
	if _, err := m.HandleRequest(ctx, &logical.Request{Operation: logical.ReadOperation, Path: "key/app"}); err == nil {
		t.Fatal("a mount that is gone answers")
	}
}

func TestMountsAreApart(t *testing.T) {
	one, other, ctx := mount(t, keymgmt), mount(t, keymgmt), soon(t)
	expectStatus(t, one.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	expectStatus(t, other.Read(ctx, "key/app"), http.StatusNotFound)
	expectStatus(t, other.Write(ctx, "key/app", object{"type": "ecdsa-p384"}), http.StatusNoContent)
	expectEqual(t, "type", one.Read(ctx, "key/app").Data()["type"], "aes256-gcm96")
	other.Cleanup(ctx)
	expectStatus(t, one.Write(ctx, "key/app/rotate", nil), http.StatusNoContent)
}

func TestReloadKeepsWhatIsStored(t *testing.T) {
	m, ctx := mount(t, alone(t, keymgmt)), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	before := m.Read(ctx, "key/app").Data()
	if err := m.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	expectEqual(t, "key", m.Read(ctx, "key/app").Data(), before)
}

// By this error, and only by it, a server knows that it has to start the plugin again.
func TestCrashIsSeenAndMended(t *testing.T) {
	for _, path := range []string{"crash", "reject"} {
		m, ctx := mount(t, alone(t, echo)), soon(t)
		m.Read(ctx, path)
		eventually(t, "the host sees that the plugin has ended", func() bool {
			return m.Read(ctx, "config").Cause == sdk.ErrPluginShutdown
		})
		if err := m.Reload(ctx); err != nil {
			t.Fatal(err)
		}
		expectStatus(t, m.Read(ctx, "config"), http.StatusOK)
	}
}

// Ctrl-C in the terminal of a development server reaches the plugin as well.
func TestInterruptIsIgnored(t *testing.T) {
	process := start(t, alone(t, keymgmt), 4)
	protocol, err := process.Client()
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(process.ReattachConfig().Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := protocol.Ping(); err != nil {
		t.Fatal(err)
	}
}
