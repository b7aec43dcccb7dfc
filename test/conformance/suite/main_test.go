// Package suite asks the built plugin everything that a server may ask, by HashiCorp's own client.
package suite

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"conformance/host"
)

// Files of the plugin itself, and of a small one over the same protocol that says what reached it.
const (
	keymgmtVariable = "CONFORMANCE_KEYMGMT"
	echoVariable    = "CONFORMANCE_ECHO"
)

// Most tests share the processes of these two, as all mounts of a server do.
var keymgmt, echo *host.Server

func TestMain(m *testing.M) {
	for variable, server := range map[string]**host.Server{keymgmtVariable: &keymgmt, echoVariable: &echo} {
		started, err := host.NewServer(os.Getenv(variable))
		if err == nil {
			// The process ends with its last mount, so that there is one for as long as the tests run.
			err = started.NewMount("resident").Enable(context.Background())
		}
		if err != nil {
			fmt.Printf("%s must name a plugin; npm run test:conformance builds both: %v\n", variable, err)
			os.Exit(1)
		}
		*server = started
	}
	code := m.Run()
	keymgmt.Stop()
	echo.Stop()
	os.Exit(code)
}

// alone gives a test a server of its own for the plugin of another.
func alone(t *testing.T, shared *host.Server) *host.Server {
	t.Helper()
	server, err := host.NewServer(shared.Runner().Command)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

// mount enables the plugin; changes are made before.
func mount(t *testing.T, server *host.Server, changes ...func(*host.Mount)) *host.Mount {
	t.Helper()
	m := server.NewMount("uuid-of-" + t.Name())
	for _, change := range changes {
		change(m)
	}
	if err := m.Enable(soon(t)); err != nil {
		t.Fatalf("cannot be enabled: %v", err)
	}
	t.Cleanup(func() { m.Cleanup(context.Background()) })
	return m
}

// soon is a context that ends a test which would hang.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
