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

func TestRollbackSweepsMaterialOfNoKey(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	stray := &logical.StorageEntry{Key: "material/stray/1", Value: []byte("{}")}
	if err := m.Storage.Put(ctx, stray); err != nil {
		t.Fatal(err)
	}
	expectStatus(t, m.Do(ctx, logical.RollbackOperation, "", object{"immediate": true}), http.StatusNoContent)
	if left, err := m.Storage.Get(ctx, stray.Key); left != nil || err != nil {
		t.Fatalf("left is %v, error %v", left, err)
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
