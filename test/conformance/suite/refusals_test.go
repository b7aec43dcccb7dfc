package suite

import (
	"net/http"
	"testing"

	"github.com/hashicorp/vault/sdk/logical"
)

func TestUnknownPath(t *testing.T) {
	m := mount(t, keymgmt)
	answer := m.Read(soon(t), "nothing/here")
	expectError(t, answer, http.StatusNotFound)
	if answer.Cause != logical.ErrUnsupportedPath {
		t.Fatalf("the error is %v", answer.Cause)
	}
}

func TestUnsupportedOperation(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	for _, request := range []logical.Request{
		{Operation: logical.DeleteOperation, Path: "key/app/rotate"},
		{Operation: logical.ListOperation, Path: "key/app"},
		{Operation: logical.PatchOperation, Path: "key/app"},
		{Operation: "invented", Path: "key/app"},
		// There are no leases.
		{Operation: logical.RenewOperation, Path: "key/app", Secret: &logical.Secret{}},
		{Operation: logical.RevokeOperation, Path: "key/app", Secret: &logical.Secret{}},
	} {
		answer := m.Send(ctx, &request)
		expectError(t, answer, http.StatusMethodNotAllowed)
		if answer.Cause != logical.ErrUnsupportedOperation {
			t.Errorf("%s: the error is %v", request.Operation, answer.Cause)
		}
	}
}
