package suite

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
)

// Servers send this every minute; anything but no response and no error is logged each time.
func TestRollbackOfAnEmptyMount(t *testing.T) {
	m := mount(t, keymgmt)
	response, err := m.HandleRequest(soon(t), &logical.Request{Operation: logical.RollbackOperation, Storage: m.Storage})
	if response != nil || err != nil {
		t.Fatalf("response %v, error %v", response, err)
	}
}

func TestRollbackSweepsMaterialForARecordedReasonOnly(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	deletion := `{"schema":1,"change":"deletion","since":"2026-01-01T00:00:00Z","latest_version":1}`
	for key, value := range map[string]string{
		"material/deleted/1": "{}", "key-change/deleted": deletion, "material/stray/1": "{}",
	} {
		if err := m.Storage.Put(ctx, &logical.StorageEntry{Key: key, Value: []byte(value)}); err != nil {
			t.Fatal(err)
		}
	}
	expectStatus(t, m.Do(ctx, logical.RollbackOperation, "", object{"immediate": true}), http.StatusNoContent)
	for key, kept := range map[string]bool{"material/deleted/1": false, "material/stray/1": true} {
		if left, err := m.Storage.Get(ctx, key); (left != nil) != kept || err != nil {
			t.Fatalf("left of %s is %v, error %v", key, left, err)
		}
	}
}

func TestRollbackRestsWhereTheNodeMayNotWrite(t *testing.T) {
	for name, state := range map[string]consts.ReplicationState{
		"performance standby":   consts.ReplicationPerformanceStandby,
		"performance secondary": consts.ReplicationPerformanceSecondary,
		"DR secondary":          consts.ReplicationDRSecondary,
	} {
		t.Run(name, func(t *testing.T) {
			m := mount(t, keymgmt, func(m *host.Mount) { m.System.ReplicationStateVal = state })
			m.Storage.Watch(func(_ context.Context, call host.Call) error {
				t.Errorf("storage is called: %v", call)
				return nil
			})
			expectStatus(t, m.Do(soon(t), logical.RollbackOperation, "", nil), http.StatusNoContent)
		})
	}
}

func TestRollbackWorksForALocalMountOfASecondary(t *testing.T) {
	m := mount(t, keymgmt, func(m *host.Mount) {
		m.System.ReplicationStateVal = consts.ReplicationPerformanceSecondary
		m.System.LocalMountVal = true
	})
	m.Storage.Watch(always(errors.New("the disk is gone")))
	expectError(t, m.Do(soon(t), logical.RollbackOperation, "", nil), http.StatusInternalServerError, "the disk is gone")
}
