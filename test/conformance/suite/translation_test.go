package suite

import (
	"context"
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"conformance/host"

	"github.com/hashicorp/vault/sdk/logical"
)

// everything has each member that a request can have in all generations.
func everything(operation logical.Operation, path string) *logical.Request {
	lease := logical.LeaseOptions{
		TTL: time.Hour, MaxTTL: 400 * 24 * time.Hour, Renewable: true, Increment: time.Minute, IssueTime: time.Now(),
	}
	return &logical.Request{
		ID:                  "0b6f3c1e",
		ReplicationCluster:  "far-away",
		Operation:           operation,
		Path:                path,
		Data:                object{"text": "é\u2028<&>", "number": 1.5, "list": []int{1, 2}, "deep": object{"null": nil, "yes": true}},
		Secret:              &logical.Secret{LeaseOptions: lease, LeaseID: "lease", InternalData: object{"a": "b"}},
		Auth:                &logical.Auth{LeaseOptions: lease, Policies: []string{"p"}, Metadata: map[string]string{"k": "v"}, Alias: &logical.Alias{Name: "alias"}},
		Headers:             map[string][]string{"X-One": {"a", "b"}, "X-Empty": {""}},
		ClientToken:         "hmac",
		ClientTokenAccessor: "accessor",
		DisplayName:         "token-ünser",
		MountPoint:          "ns/keymgmt/",
		MountType:           "keymgmt",
		MountAccessor:       "keymgmt_1",
		WrapInfo:            &logical.RequestWrapInfo{TTL: time.Minute, Format: "jwt", SealWrap: true},
		EntityID:            "entity",
		PolicyOverride:      true,
		Unauthenticated:     true,
		Connection:          &logical.Connection{RemoteAddr: "192.0.2.1", ConnState: &tls.ConnectionState{ServerName: "vault", Version: tls.VersionTLS13}},

		ClientTokenRemainingUses: 7,
	}
}

func TestRequestArrivesWhole(t *testing.T) {
	m := mount(t, echo)
	request := everything(logical.UpdateOperation, "request")
	answer := expectStatus(t, m.Send(soon(t), request), http.StatusOK)
	expectEqual(t, "what arrived", answer.Data(), object{
		"id": request.ID, "operation": "update", "mount_point": request.MountPoint, "entity_id": request.EntityID,
		"display_name": request.DisplayName, "headers": request.Headers, "data": request.Data,
	})
	if answer.Response.Secret != nil || answer.Response.Auth != nil || answer.Response.WrapInfo != nil {
		t.Fatalf("the response is %+v", answer.Response)
	}
}

func TestRequestWithEverythingIsServed(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	answer := expectStatus(t, m.Send(ctx, everything(logical.ReadOperation, "key/app")), http.StatusOK)
	expectEqual(t, "name", answer.Data()["name"], "app")
}

func TestRequestWithoutDataHasNone(t *testing.T) {
	m := mount(t, echo)
	expectEqual(t, "data", m.Read(soon(t), "request").Data()["data"], object{})
}

func TestEmptyResponseHasWarningsAlone(t *testing.T) {
	answer := expectStatus(t, mount(t, echo).Read(soon(t), "warn"), http.StatusOK)
	expectEqual(t, "warnings", answer.Response.Warnings, []string{"mind the gap"})
	expectEqual(t, "data", answer.Data(), nil)
}

func TestStorageEntriesAreTranslated(t *testing.T) {
	m, ctx := mount(t, echo), soon(t)
	m.Storage.Watch(func(_ context.Context, call host.Call) error {
		if call.SealWrap != (call.Operation == "put") {
			t.Errorf("the call is %+v", call)
		}
		return nil
	})
	expectStatus(t, m.Write(ctx, "store/a/b", object{"text": "é"}), http.StatusNoContent)
	entry, err := m.Storage.Get(ctx, "store/a/b")
	if err != nil || entry == nil || string(entry.Value) != `{"text":"é"}` {
		t.Fatalf("entry %+v, error %v", entry, err)
	}
	expectEqual(t, "read", m.Read(ctx, "store/a/b").Data(), object{"text": "é"})
	expectEqual(t, "list", m.List(ctx, "store/").Data(), object{"keys": []string{"a/"}})
	expectStatus(t, m.Delete(ctx, "store/a/b"), http.StatusNoContent)
	expectStatus(t, m.Read(ctx, "store/a/b"), http.StatusNotFound)
}

func TestSystemViewIsTranslated(t *testing.T) {
	m := mount(t, echo)
	expectEqual(t, "view", m.Read(soon(t), "system").Data(), object{
		"version": "1.99.0", "local": false, "state": int(m.System.ReplicationStateVal),
	})
}
