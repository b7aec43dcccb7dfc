package suite

import (
	"net/http"
	"strings"
	"testing"
)

// closed is where nothing listens; the plugin's environment allows it.
const closed = "http://127.0.0.1:9"

func TestKMSIsWrittenReadListedAndDeleted(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.List(ctx, "kms/"), http.StatusNotFound)
	expectStatus(t, m.Write(ctx, "kms/aws", account(closed)), http.StatusNoContent)
	expectEqual(t, "kms", expectStatus(t, m.Read(ctx, "kms/aws"), http.StatusOK).Data(),
		object{"provider": "awskms", "key_collection": "us-west-1"})
	expectEqual(t, "list", m.List(ctx, "kms/").Data(), object{"keys": []string{"aws"}})
	expectStatus(t, m.List(ctx, "kms/aws/key/"), http.StatusNotFound)
	expectStatus(t, m.Delete(ctx, "kms/aws"), http.StatusNoContent)
	expectStatus(t, m.Read(ctx, "kms/aws"), http.StatusNotFound)
}

// The CLI sends credentials=k=v as a list of pairs.
func TestKMSTakesCredentialsAsPairs(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	data := account("")
	data["credentials"] = []string{"access_key=AKIAIOSFODNN7EXAMPLE", "secret_key=a=b"}
	expectStatus(t, m.Write(ctx, "kms/aws", data), http.StatusNoContent)
	data["credentials"] = []string{"nonsense"}
	expectError(t, m.Write(ctx, "kms/aws", data), http.StatusBadRequest, "credentials")
}

func TestDistributionToNobodyFailsCleanly(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	expectStatus(t, m.Write(ctx, "kms/aws", account(closed)), http.StatusNoContent)
	answer := m.Write(ctx, "kms/aws/key/app", object{"purpose": "encrypt,decrypt", "protection": "hsm"})
	if answer.Err == nil || answer.Status < 400 {
		t.Fatalf("status %d, error %v", answer.Status, answer.Err)
	}
	for _, part := range []string{"rpc error", "secret-of-the-account", " at "} {
		if strings.Contains(answer.Err.Error(), part) {
			t.Fatalf("error %q contains %q", answer.Err, part)
		}
	}
	// The key itself has come to no harm.
	expectStatus(t, m.Read(ctx, "key/app"), http.StatusOK)
}

func account(endpoint string) object {
	credentials := object{"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "secret-of-the-account"}
	if endpoint != "" {
		credentials["endpoint"] = endpoint
	}
	return object{"provider": "awskms", "key_collection": "us-west-1", "credentials": credentials}
}
