package suite

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"conformance/host"
)

type object = map[string]interface{}

// expectStatus fails the test where a client gets another status.
func expectStatus(t *testing.T, answer host.Answer, status int) host.Answer {
	t.Helper()
	if answer.Status != status {
		t.Fatalf("status %d, not %d; response %+v, error %v", answer.Status, status, answer.Response, answer.Err)
	}
	return answer
}

// expectError fails the test where a client gets another status, or a text without each of the parts.
func expectError(t *testing.T, answer host.Answer, status int, parts ...string) {
	t.Helper()
	expectStatus(t, answer, status)
	if answer.Err == nil {
		t.Fatalf("status %d without an error", status)
	}
	for _, part := range parts {
		if !strings.Contains(answer.Err.Error(), part) {
			t.Fatalf("error %q says nothing of %q", answer.Err, part)
		}
	}
}

// expectNoComplaints fails the test where a server has logged a warning or worse.
func expectNoComplaints(t *testing.T, server *host.Server) {
	t.Helper()
	for _, complaint := range server.Log.Complaints() {
		if !(host.KillsPlugins && isAboutItsKill(complaint)) {
			t.Fatalf("the server complains: %v", complaint)
		}
	}
}

// isAboutItsKill tells what a server says of a plugin that it has killed itself, without asking it first.
func isAboutItsKill(entry host.Entry) bool {
	switch entry["@message"] {
	case "error closing client during Kill", "plugin failed to exit gracefully":
		return true
	case "plugin process exited":
		return entry["error"] == "signal: killed"
	}
	return false
}

// expectEqual compares as JSON, in which both sides of the protocol think.
func expectEqual(t *testing.T, what string, got, want interface{}) {
	t.Helper()
	if gotJSON, wantJSON := throughJSON(t, got), throughJSON(t, want); !reflect.DeepEqual(gotJSON, wantJSON) {
		t.Fatalf("%s is\n%#v\nand not\n%#v", what, gotJSON, wantJSON)
	}
}

func throughJSON(t *testing.T, value interface{}) (plain interface{}) {
	t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// receive waits for a value, but not for ever.
func receive[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(20 * time.Second):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// eventually waits until a condition holds, but not for ever.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
