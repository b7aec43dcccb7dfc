package suite

import (
	"context"
	"net/http"
	"testing"
	"time"

	"conformance/host"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// hold keeps each call to the storage until its context ends; it says when one has come, and when one was let go.
func hold(m *host.Mount) (come, gone chan struct{}) {
	come, gone = make(chan struct{}, 1), make(chan struct{}, 1)
	m.Storage.Watch(func(ctx context.Context, _ host.Call) error {
		come <- struct{}{}
		<-ctx.Done()
		gone <- struct{}{}
		return ctx.Err()
	})
	return come, gone
}

func TestCancelReachesTheStorage(t *testing.T) {
	m := mount(t, keymgmt)
	come, gone := hold(m)
	ctx, cancel := context.WithCancel(soon(t))
	answer := make(chan host.Answer, 1)
	go func() { answer <- m.Read(ctx, "key/app") }()
	receive(t, "a call to the storage", come)
	cancel()
	if code := status.Code(receive(t, "the answer", answer).Cause); code != codes.Canceled {
		t.Fatalf("status %v", code)
	}
	receive(t, "the end of the call to the storage", gone)
	m.Storage.Open()
	expectStatus(t, m.Read(soon(t), "key/app"), http.StatusNotFound)
}

func TestDeadlineReachesTheStorage(t *testing.T) {
	m := mount(t, keymgmt)
	// The first call to a storage opens a connection, which may take its time.
	expectStatus(t, m.Read(soon(t), "key/app"), http.StatusNotFound)
	come, gone := hold(m)
	ctx, cancel := context.WithTimeout(soon(t), time.Second)
	defer cancel()
	answer := m.Read(ctx, "key/app")
	receive(t, "a call to the storage", come)
	// The plugin gives up at the same instant, and says so where it is the first.
	if status.Code(answer.Cause) != codes.DeadlineExceeded {
		expectError(t, answer, http.StatusInternalServerError, "not finished within 1 s")
	}
	receive(t, "the end of the call to the storage", gone)
	m.Storage.Open()
	expectStatus(t, m.Read(soon(t), "key/app"), http.StatusNotFound)
}
