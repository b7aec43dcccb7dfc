package suite

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/logical"
)

const twentyMiB = 20 << 20

func TestTwentyMiBThroughRequestStorageAndResponse(t *testing.T) {
	m, ctx := mount(t, echo), soon(t)
	blob := strings.Repeat("x", twentyMiB)
	expectStatus(t, m.Write(ctx, "store/big", object{"blob": blob}), http.StatusNoContent)
	if got := expectStatus(t, m.Read(ctx, "store/big"), http.StatusOK).Data()["blob"]; got != blob {
		t.Fatal("the blob is not what was stored")
	}
}

func TestTwentyMiBAreRefusedByTheEngine(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	data := account("")
	data["credentials"].(object)["session_token"] = strings.Repeat("x", twentyMiB)
	expectStatus(t, m.Write(ctx, "kms/aws", data), http.StatusBadRequest)
	expectStatus(t, m.Write(ctx, "kms/aws", account("")), http.StatusNoContent)
	expectStatus(t, m.Read(ctx, "kms/aws"), http.StatusOK)
}

// inParallel makes n requests at once and fails the test for each that has another status.
func inParallel(t *testing.T, n, status int, request func(i int) host.Answer) {
	t.Helper()
	var all sync.WaitGroup
	for i := 0; i < n; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			if answer := request(i); answer.Status != status {
				t.Errorf("request %d: status %d, error %v", i, answer.Status, answer.Err)
			}
		}(i)
	}
	all.Wait()
}

func TestHundredsOfRequestsAtOnce(t *testing.T) {
	m, ctx := mount(t, keymgmt), soon(t)
	const keys, rotations = 200, 50
	inParallel(t, keys, http.StatusNoContent, func(i int) host.Answer {
		return m.Write(ctx, fmt.Sprintf("key/k%d", i), object{"type": "aes256-gcm96"})
	})
	inParallel(t, keys, http.StatusOK, func(i int) host.Answer { return m.Read(ctx, fmt.Sprintf("key/k%d", i)) })
	inParallel(t, rotations, http.StatusNoContent, func(int) host.Answer { return m.Write(ctx, "key/k0/rotate", nil) })
	expectEqual(t, "latest_version", m.Read(ctx, "key/k0").Data()["latest_version"], 1+rotations)
	if listed := m.List(ctx, "key/").Data()["keys"].([]interface{}); len(listed) != keys {
		t.Fatalf("%d keys are listed", len(listed))
	}
	inParallel(t, 2*keys, http.StatusNotFound, func(i int) host.Answer {
		return m.Do(ctx, logical.ReadOperation, fmt.Sprintf("nothing/%d", i), nil)
	})
}
