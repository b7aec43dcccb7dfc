//go:build !legacy

package host

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/vault/sdk/helper/pluginutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// catalog keeps the processes of a plugin: one for all mounts where it can be multiplexed, one for each where not.
type catalog struct {
	server      *Server
	mu          sync.Mutex
	connections map[string]*Connection
	multiplexed bool
}

func newCatalog(server *Server) *catalog {
	return &catalog{server: server, connections: map[string]*Connection{}}
}

// Connection is what one mount has of a process of the plugin.
type Connection struct {
	plugin.ClientProtocol
	// Process is shared with other connections where the plugin is multiplexed.
	Process *plugin.Client
	catalog *catalog
	conn    *taggedConn
}

// Connect is how the SDK gets to the plugin in protocol 5.
func (s *Server) Connect(ctx context.Context, config pluginutil.PluginClientConfig) (*Connection, error) {
	return s.catalog.connect(ctx, config)
}

// NewPluginClient connects a mount to the plugin.
func (v *SystemView) NewPluginClient(ctx context.Context, config pluginutil.PluginClientConfig) (pluginutil.PluginClient, error) {
	return v.server.Connect(ctx, config)
}

func (c *catalog) connect(ctx context.Context, config pluginutil.PluginClientConfig) (*Connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	process := c.shared()
	if process == nil {
		started, err := c.server.Runner().RunConfig(ctx,
			pluginutil.PluginSets(config.PluginSets),
			pluginutil.HandshakeConfig(config.HandshakeConfig),
			pluginutil.Logger(config.Logger),
			pluginutil.MetadataMode(config.IsMetadataMode),
			pluginutil.AutoMTLS(config.AutoMTLS),
			pluginutil.Runner(config.Wrapper),
		)
		if err != nil {
			return nil, err
		}
		process = started
	}
	connection, err := c.join(ctx, process)
	if err != nil && process != c.shared() {
		process.Kill()
	}
	return connection, err
}

func (c *catalog) join(ctx context.Context, process *plugin.Client) (*Connection, error) {
	protocol, err := process.Client()
	if err != nil {
		return nil, err
	}
	conn := protocol.(*plugin.GRPCClient).Conn
	if c.multiplexed, err = pluginutil.MultiplexingSupported(ctx, conn, c.server.runner.Name); err != nil {
		return nil, err
	}
	id := rand.Text()[:10]
	connection := &Connection{protocol, process, c, &taggedConn{conn, id}}
	c.connections[id] = connection
	return connection, nil
}

// shared is the process that a further mount may use, or nil.
func (c *catalog) shared() *plugin.Client {
	if c.multiplexed {
		for _, connection := range c.connections {
			return connection.Process
		}
	}
	return nil
}

func (c *catalog) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, connection := range c.connections {
		connection.Process.Kill()
	}
	c.connections = map[string]*Connection{}
}

// Conn is the connection that the SDK makes its calls on.
func (c *Connection) Conn() grpc.ClientConnInterface { return c.conn }

// Close leaves the process, which ends with its last mount.
func (c *Connection) Close() error {
	c.catalog.mu.Lock()
	defer c.catalog.mu.Unlock()
	delete(c.catalog.connections, c.conn.id)
	if !c.catalog.multiplexed || len(c.catalog.connections) == 0 {
		c.Process.Kill()
	}
	return nil
}

// Reload ends the process under all of its mounts.
func (c *Connection) Reload() error {
	c.catalog.mu.Lock()
	defer c.catalog.mu.Unlock()
	c.catalog.connections = map[string]*Connection{}
	c.Process.Kill()
	return nil
}

// taggedConn says with each call which mount it is for.
type taggedConn struct {
	*grpc.ClientConn
	id string
}

func (c *taggedConn) Invoke(ctx context.Context, method string, args, reply interface{}, opts ...grpc.CallOption) error {
	return c.ClientConn.Invoke(c.tag(ctx), method, args, reply, opts...)
}

func (c *taggedConn) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return c.ClientConn.NewStream(c.tag(ctx), desc, method, opts...)
}

func (c *taggedConn) tag(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, pluginutil.MultiplexingCtxKey, c.id)
}
