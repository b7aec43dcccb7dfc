package suite

import (
	"net/http"
	"testing"

	"github.com/hashicorp/vault/sdk/logical"
)

func TestKeyIsCreatedReadAndListed(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.List(ctx, "key/"), http.StatusNotFound)
	expectStatus(t, m.Read(ctx, "key/app"), http.StatusNotFound)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "ecdsa-p256"}), http.StatusNoContent)

	data := expectStatus(t, m.Read(ctx, "key/app"), http.StatusOK).Data()
	versions, _ := data["versions"].(object)
	first, _ := versions["1"].(object)
	if first["creation_time"] == nil || first["public_key"] == nil {
		t.Fatalf("version 1 is %v", first)
	}
	delete(data, "versions")
	expectEqual(t, "key", data, object{
		"name": "app", "type": "ecdsa-p256", "latest_version": 1, "min_enabled_version": 1, "deletion_allowed": false,
	})
	expectEqual(t, "list", expectStatus(t, m.List(ctx, "key/"), http.StatusOK).Data(), object{"keys": []string{"app"}})
}

func TestKeyOfEachTypeIsCreated(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	for _, kind := range []string{"aes256-gcm96", "rsa-2048", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521"} {
		expectStatus(t, m.Write(ctx, "key/"+kind, object{"type": kind}), http.StatusNoContent)
		expectEqual(t, "type", m.Read(ctx, "key/"+kind).Data()["type"], kind)
	}
}

func TestKeyIsRotatedUpdatedAndDeleted(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	expectStatus(t, m.Write(ctx, "key/app/rotate", nil), http.StatusNoContent)
	expectStatus(t, m.Write(ctx, "key/app", object{"min_enabled_version": 2}), http.StatusNoContent)
	data := m.Read(ctx, "key/app").Data()
	expectEqual(t, "latest_version", data["latest_version"], 2)
	expectEqual(t, "min_enabled_version", data["min_enabled_version"], 2)

	expectError(t, m.Delete(ctx, "key/app"), http.StatusBadRequest, "deletion_allowed")
	expectStatus(t, m.Write(ctx, "key/app", object{"deletion_allowed": true}), http.StatusNoContent)
	expectStatus(t, m.Delete(ctx, "key/app"), http.StatusNoContent)
	expectStatus(t, m.Read(ctx, "key/app"), http.StatusNotFound)
	expectStatus(t, m.Delete(ctx, "key/app"), http.StatusNoContent)
}

func TestKeyIsRefusedWithItsField(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectError(t, m.Write(ctx, "key/app", object{"type": "des"}), http.StatusBadRequest, "type", "des")
	expectError(t, m.Write(ctx, "key/app", object{"min_enabled_version": object{}}), http.StatusBadRequest, "min_enabled_version")
	expectError(t, m.Write(ctx, "key/none/rotate", nil), http.StatusBadRequest, "none")
}

func TestKeyWarnsOfUnknownFields(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	answer := expectStatus(t, m.Do(ctx, logical.ReadOperation, "key/app", object{"colour": "red"}), http.StatusOK)
	expectEqual(t, "warnings", answer.Response.Warnings, []string{"Endpoint ignored these unrecognized parameters: [colour]"})
}
