package suite

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/logical"
)

// always fails each call to a storage with the same error.
func always(err error) host.Guard {
	return func(context.Context, host.Call) error { return err }
}

// failing fails the calls of one operation.
func failing(operation string, err error) host.Guard {
	return func(_ context.Context, call host.Call) error {
		if call.Operation == operation {
			return err
		}
		return nil
	}
}

func TestStorageErrorsReachTheClient(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96", "deletion_allowed": true}), http.StatusNoContent)
	expectStatus(t, m.Write(ctx, "key/other", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	// The record is not known from the write: the other node of a pair has written it.
	m.InvalidateKey(ctx, "key/other")
	gone := errors.New("the disk is gone")
	for operation, request := range map[string]func() host.Answer{
		"get":    func() host.Answer { return m.Read(ctx, "key/other") },
		"put":    func() host.Answer { return m.Write(ctx, "key/app/rotate", nil) },
		"list":   func() host.Answer { return m.List(ctx, "key/") },
		"delete": func() host.Answer { return m.Delete(ctx, "key/app") },
	} {
		m.Storage.Watch(failing(operation, gone))
		expectError(t, request(), http.StatusInternalServerError, gone.Error())
		m.Storage.Open()
	}
}

// By this text, alone and whole, a node that may only read knows that the request is for another one.
func TestReadOnlyErrorKeepsItsText(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96", "deletion_allowed": true}), http.StatusNoContent)
	m.Storage.Watch(func(_ context.Context, call host.Call) error {
		if call.Operation == "put" || call.Operation == "delete" {
			return logical.ErrReadOnly
		}
		return nil
	})
	for name, answer := range map[string]host.Answer{
		"create": m.Write(ctx, "key/new", object{"type": "aes256-gcm96"}),
		"update": m.Write(ctx, "key/app", object{"deletion_allowed": false}),
		"rotate": m.Write(ctx, "key/app/rotate", nil),
		"delete": m.Delete(ctx, "key/app"),
		"kms":    m.Write(ctx, "kms/aws", account("")),
	} {
		if answer.Response != nil || answer.Cause == nil || answer.Cause.Error() != logical.ErrReadOnly.Error() {
			t.Errorf("%s: response %+v, error %v", name, answer.Response, answer.Cause)
		}
	}
	expectStatus(t, m.Read(ctx, "key/app"), http.StatusOK)
}

func TestStorageDuringSetupIsNotNeeded(t *testing.T) {
	mount(t, keymgmt, func(m *host.Mount) {
		m.Storage.Watch(func(_ context.Context, call host.Call) error {
			t.Errorf("storage is called: %v", call)
			return errors.New("cannot write to storage during setup")
		})
	})
}

func TestSystemViewErrorIsNotRemembered(t *testing.T) {
	m := mount(t, keymgmt)
	environment := m.System.Environment
	m.System.Environment = func() (*logical.PluginEnvironment, error) { return nil, errors.New("the core is sealed") }
	// One document of all mounts is made: it must not fail for a version.
	openAPI(t, m)
	m.System.Environment = environment
	expectEqual(t, "version", openAPI(t, m).Info.Version, host.Version)
}
