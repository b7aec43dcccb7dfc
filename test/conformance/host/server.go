package host

import (
	"crypto/sha256"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/helper/pluginutil"
)

// Server is a server with one plugin in its catalog.
type Server struct {
	Log      *Log
	logger   hclog.Logger
	runner   pluginutil.PluginRunner
	catalog  *catalog
	wrapping *wrappingAPI
}

// NewServer registers the plugin in the file; nothing is started yet.
func NewServer(file string) (*Server, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	log := &Log{}
	server := &Server{
		Log:    log,
		logger: log.Logger(),
		runner: pluginutil.PluginRunner{
			Name: filepath.Base(file), Type: consts.PluginTypeSecrets, Command: file, Sha256: sum[:],
		},
		wrapping: newWrappingAPI(),
	}
	server.catalog = newCatalog(server)
	return server, nil
}

// Runner is the plugin's entry in the catalog, as the SDK starts it; a copy.
func (s *Server) Runner() *pluginutil.PluginRunner {
	runner := s.runner
	return &runner
}

// System is a view of the server that belongs to no mount.
func (s *Server) System() *SystemView { return newSystemView(s) }

// Stop ends all processes of the plugin.
func (s *Server) Stop() {
	s.catalog.stop()
	s.wrapping.listener.Close()
}
