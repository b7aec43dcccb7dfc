package suite

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"conformance/host"
	"github.com/hashicorp/go-plugin"
	sdk "github.com/hashicorp/vault/sdk/plugin"
)

// start starts the plugin in plaintext, as servers do in metadata mode, with the protocol versions that they offer.
func start(t *testing.T, server *host.Server, versions ...int) *plugin.Client {
	t.Helper()
	sets := map[int]plugin.PluginSet{}
	for _, version := range versions {
		sets[version] = plugin.PluginSet{"backend": &sdk.GRPCBackendPlugin{MetadataMode: true}}
	}
	process, err := server.Runner().RunMetadataMode(soon(t), server.System(), sets, host.HandshakeConfig, nil, server.Log.Logger())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Kill)
	return process
}

func TestHighestVersionIsNegotiated(t *testing.T) {
	for highest, offer := range map[int][]int{3: {3}, 4: {3, 4, 99}, 5: {3, 4, 5}} {
		process := start(t, alone(t, keymgmt), offer...)
		if _, err := process.Client(); err != nil {
			t.Fatalf("%v: %v", offer, err)
		}
		if process.NegotiatedVersion() != highest || process.Protocol() != plugin.ProtocolGRPC {
			t.Errorf("%v: version %d, %s", offer, process.NegotiatedVersion(), process.Protocol())
		}
	}
}

func TestUnknownVersionIsRefusedByTheHost(t *testing.T) {
	_, err := start(t, alone(t, keymgmt), 99).Client()
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), "incompatible api version") {
		t.Fatalf("error %v", err)
	}
}

func TestOtherBytesAreNotStarted(t *testing.T) {
	server := alone(t, keymgmt)
	runner := server.Runner()
	runner.Sha256 = bytes.Repeat([]byte{1}, 32)
	sets := map[int]plugin.PluginSet{4: {"backend": &sdk.GRPCBackendPlugin{MetadataMode: true}}}
	process, err := runner.RunMetadataMode(soon(t), server.System(), sets, host.HandshakeConfig, nil, server.Log.Logger())
	if err != nil {
		t.Fatal(err)
	}
	defer process.Kill()
	if _, err := process.Client(); !errors.Is(err, plugin.ErrChecksumsDoNotMatch) {
		t.Fatalf("error %v", err)
	}
}

// A server tries a plugin of unknown type as a database first, and waits for its end.
func TestWrongCookieEndsAtOnce(t *testing.T) {
	for _, cookie := range []string{"", "VAULT_DATABASE_PLUGIN=926a0820-aea2-be28-51d6-83cdf00e8edb", "VAULT_BACKEND_PLUGIN=wrong"} {
		command := exec.CommandContext(soon(t), keymgmt.Runner().Command)
		command.Env = append(os.Environ(), cookie, "PLUGIN_PROTOCOL_VERSIONS=5")
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		var exit *exec.ExitError
		if err := command.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("%q: %v", cookie, err)
		}
		if stdout.Len() > 0 || !strings.Contains(stderr.String(), "This binary is a plugin") {
			t.Errorf("%q: stdout %q, stderr %q", cookie, &stdout, &stderr)
		}
	}
}

func TestPing(t *testing.T) {
	protocol, err := start(t, alone(t, keymgmt), 4).Client()
	if err != nil {
		t.Fatal(err)
	}
	if err := protocol.Ping(); err != nil {
		t.Fatal(err)
	}
}

func TestShutdownEndsTheProcessInTime(t *testing.T) {
	sockets := t.TempDir()
	t.Setenv("TMPDIR", sockets)
	server := alone(t, keymgmt)
	process := start(t, server, 4)
	if _, err := process.Client(); err != nil {
		t.Fatal(err)
	}
	process.Kill()
	// The host would complain of a plugin that it had to kill, or that has exited with another code than 0.
	if complaints := server.Log.Complaints(); len(complaints) > 0 {
		t.Errorf("the host complains: %v", complaints)
	}
	if len(server.Log.With("plugin process exited")) != 1 {
		t.Error("the process has not ended")
	}
	if left, err := filepath.Glob(filepath.Join(sockets, "plugin*")); err != nil || len(left) > 0 {
		t.Errorf("sockets are left: %v, %v", left, err)
	}
}

func TestLifeGivesTheHostNoCauseToComplain(t *testing.T) {
	server := alone(t, keymgmt)
	m, ctx := mount(t, server), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	m.Cleanup(ctx)
	expectNoComplaints(t, server)
}

func TestLogLinesArriveAsWritten(t *testing.T) {
	server := alone(t, keymgmt)
	m, ctx := mount(t, server), soon(t)
	expectStatus(t, m.Write(ctx, "kms/aws", account("")), http.StatusNoContent)
	m.Cleanup(ctx)
	// A line that the host cannot parse, its time for one, has the whole JSON for its message.
	lines := server.Log.With("wrote a KMS provider")
	if len(lines) != 1 || lines[0]["@message"] != "wrote a KMS provider" || lines[0]["@level"] != "info" ||
		lines[0]["kms"] != "aws" || lines[0]["@timestamp"] == nil {
		t.Fatalf("the log has %v", lines)
	}
}

func TestOutputStreamStaysOpen(t *testing.T) {
	server := alone(t, keymgmt)
	protocol, err := start(t, server, 4).Client()
	if err != nil {
		t.Fatal(err)
	}
	// The host has opened the stream before, on the same connection.
	for range 20 {
		if err := protocol.Ping(); err != nil {
			t.Fatal(err)
		}
	}
	if ended := server.Log.With("stopping recv loop"); len(ended) > 0 {
		t.Fatalf("the log has %v", ended)
	}
}
