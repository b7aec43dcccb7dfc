package suite

import (
	"errors"
	"net/http"
	"testing"

	"github.com/hashicorp/vault/sdk/logical"
)

func TestExistenceCheck(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	for path, want := range map[string]struct{ checked, exists bool }{
		"key/app":        {true, true},
		"key/none":       {true, false},
		"kms/none":       {true, false},
		"key/app/rotate": {false, false},
	} {
		checked, exists, err := m.HandleExistenceCheck(ctx, &logical.Request{Operation: logical.UpdateOperation, Path: path})
		if err != nil || checked != want.checked || exists != want.exists {
			t.Errorf("%s: checked %v, exists %v, error %v", path, checked, exists, err)
		}
	}
}

func TestExistenceCheckOfUnknownPath(t *testing.T) {
	m := mount(t, keymgmt)
	_, _, err := m.HandleExistenceCheck(soon(t), &logical.Request{Operation: logical.UpdateOperation, Path: "nothing/here"})
	// A server looks for the sentinel, and answers 500 to anything else.
	if err != logical.ErrUnsupportedPath {
		t.Fatalf("error %v", err)
	}
}

func TestExistenceCheckPassesStorageError(t *testing.T) {
	m := mount(t, keymgmt)
	m.Storage.Watch(always(errors.New("the disk is gone")))
	_, _, err := m.HandleExistenceCheck(soon(t), &logical.Request{Operation: logical.UpdateOperation, Path: "key/app"})
	if err == nil || err.Error() != "the disk is gone" {
		t.Fatalf("error %v", err)
	}
}
