package host

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/vault/sdk/logical"
)

// Call is a plugin's call to its storage.
type Call struct {
	// Operation is "get", "put", "delete" or "list".
	Operation string
	Key       string
	// SealWrap is set where a put asks for it.
	SealWrap bool
}

// Guard is asked before each call to a storage; its error is the call's.
type Guard func(context.Context, Call) error

// Storage is a mount's storage: HashiCorp's in memory, with a guard before it.
type Storage struct {
	memory logical.InmemStorage
	guard  atomic.Value
}

// Watch sets the guard, in the place of any before it.
func (s *Storage) Watch(guard Guard) { s.guard.Store(guard) }

// Open takes the guard away.
func (s *Storage) Open() { s.Watch(func(context.Context, Call) error { return nil }) }

func (s *Storage) pass(ctx context.Context, call Call) error {
	guard, ok := s.guard.Load().(Guard)
	if !ok {
		return nil
	}
	return guard(ctx, call)
}

func (s *Storage) Get(ctx context.Context, key string) (*logical.StorageEntry, error) {
	if err := s.pass(ctx, Call{Operation: "get", Key: key}); err != nil {
		return nil, err
	}
	return s.memory.Get(ctx, key)
}

func (s *Storage) Put(ctx context.Context, entry *logical.StorageEntry) error {
	if err := s.pass(ctx, Call{"put", entry.Key, entry.SealWrap}); err != nil {
		return err
	}
	return s.memory.Put(ctx, entry)
}

func (s *Storage) Delete(ctx context.Context, key string) error {
	if err := s.pass(ctx, Call{Operation: "delete", Key: key}); err != nil {
		return err
	}
	return s.memory.Delete(ctx, key)
}

func (s *Storage) List(ctx context.Context, prefix string) ([]string, error) {
	if err := s.pass(ctx, Call{Operation: "list", Key: prefix}); err != nil {
		return nil, err
	}
	return s.memory.List(ctx, prefix)
}
