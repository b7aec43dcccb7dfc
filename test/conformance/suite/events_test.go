//go:build events

package suite

import (
	"context"
	"net/http"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/logical"
)

type event struct {
	kind logical.EventType
	data *logical.EventData
}

// sender is what a server gives to a mount; it fails where it is told to.
type sender struct {
	events chan event
	err    error
}

func (s *sender) SendEvent(_ context.Context, kind logical.EventType, data *logical.EventData) error {
	s.events <- event{kind, data}
	return s.err
}

// Send is what SendEvent was called up to Vault 1.14.
func (s *sender) Send(ctx context.Context, kind logical.EventType, data *logical.EventData) error {
	return s.SendEvent(ctx, kind, data)
}

func mountWithEvents(t *testing.T, err error) (*host.Mount, *sender) {
	t.Helper()
	events := &sender{make(chan event, 100), err}
	return mount(t, keymgmt, func(m *host.Mount) {
		m.Configure = func(config *logical.BackendConfig) { config.EventsSender = events }
	}), events
}

func TestEventsReachTheServer(t *testing.T) {
	m, sender := mountWithEvents(t, nil)
	ctx := soon(t)
	expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
	expectStatus(t, m.Write(ctx, "key/app/rotate", nil), http.StatusNoContent)

	created := receive(t, "the first event", sender.events)
	expectEqual(t, "type", string(created.kind), "keymgmt/key-create")
	expectEqual(t, "metadata", created.data.Metadata.AsMap(), object{
		"path": "key/app", "data_path": "key/app", "operation": "key-create", "modified": "true",
		"key": "app", "type": "aes256-gcm96",
	})
	rotated := receive(t, "the second event", sender.events)
	expectEqual(t, "type", string(rotated.kind), "keymgmt/key-rotate")
	expectEqual(t, "metadata", rotated.data.Metadata.AsMap(), object{
		"path": "key/app/rotate", "data_path": "key/app", "operation": "key-rotate", "modified": "true",
		"key": "app", "version": "2",
	})
	if created.data.Id == "" || created.data.Id == rotated.data.Id {
		t.Errorf("the ids are %q and %q", created.data.Id, rotated.data.Id)
	}
}

func TestEventsThatAreRefusedChangeNothing(t *testing.T) {
	m, sender := mountWithEvents(t, context.DeadlineExceeded)
	ctx := soon(t)
	for range 3 {
		expectStatus(t, m.Write(ctx, "key/app", object{"type": "aes256-gcm96"}), http.StatusNoContent)
		receive(t, "the event", sender.events)
		expectStatus(t, m.Write(ctx, "key/app", object{"deletion_allowed": true}), http.StatusNoContent)
		receive(t, "the event", sender.events)
		expectStatus(t, m.Delete(ctx, "key/app"), http.StatusNoContent)
		receive(t, "the event", sender.events)
	}
}
