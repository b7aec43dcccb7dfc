//go:build snapshots

package suite

import (
	"context"
	"net/http"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/logical"
)

// Vault Enterprise reads from a snapshot by naming it to the storage, with each call for the request.
func TestSnapshotIsNamedToTheStorage(t *testing.T) {
	m := mount(t, keymgmt)
	seen := make(chan string, 1)
	m.Storage.Watch(func(ctx context.Context, _ host.Call) error {
		id, _ := logical.ContextSnapshotIDValue(ctx)
		seen <- id
		return nil
	})
	for _, id := range []string{"snapshot-1", ""} {
		ctx := soon(t)
		if id != "" {
			ctx = logical.CreateContextWithSnapshotID(ctx, id)
		}
		expectStatus(t, m.Read(ctx, "key/app"), http.StatusNotFound)
		if got := receive(t, "the call", seen); got != id {
			t.Errorf("the storage was asked of snapshot %q and not %q", got, id)
		}
	}
}
