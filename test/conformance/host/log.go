package host

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// Entry is one line of a log: the members of hclog's JSON, "@level", "@message" and "@module" among them.
type Entry map[string]any

// Log is a server's log, its plugins' lines among its own.
type Log struct {
	mu      sync.Mutex
	entries []Entry
}

// Logger writes to the log. It does not trace: a host that does puts a layer before the plugin that hides its version.
func (l *Log) Logger() hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, JSONFormat: true, Output: l})
}

// Write takes one line; hclog writes each by a call of its own.
func (l *Log) Write(line []byte) (int, error) {
	var entry Entry
	if err := json.Unmarshal(line, &entry); err != nil {
		return 0, fmt.Errorf("the log got %q: %w", line, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	return len(line), nil
}

// With returns the entries whose message contains the text.
func (l *Log) With(text string) []Entry {
	return l.where(func(entry Entry) bool { return strings.Contains(fmt.Sprint(entry["@message"]), text) })
}

// Complaints returns what was logged as a warning or worse.
func (l *Log) Complaints() []Entry {
	return l.where(func(entry Entry) bool { return hclog.LevelFromString(fmt.Sprint(entry["@level"])) >= hclog.Warn })
}

func (l *Log) where(matches func(Entry) bool) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []Entry
	for _, entry := range l.entries {
		if matches(entry) {
			found = append(found, entry)
		}
	}
	return found
}
