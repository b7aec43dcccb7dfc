//go:build legacy

package host

import "context"

// Enable starts the mount as a server of this generation does, but for the first look in metadata mode, which
// EnableLegacy has: each process takes its time.
func (m *Mount) Enable(ctx context.Context) error {
	serving, err := m.startLegacy(ctx, false)
	if err != nil {
		return err
	}
	m.Backend = serving
	return m.initialize(ctx)
}

// Reload starts the mount again, in a new process, with the storage it has.
func (m *Mount) Reload(ctx context.Context) error {
	m.Cleanup(ctx)
	return m.Enable(ctx)
}
