/** Where one server keeps its files, and where it listens. */
export interface ServerPlace {
  /** A folder of its own, no symbolic link on the way. */
  readonly folder: string;
  readonly apiPort: number;
  readonly clusterPort: number;
}

/** The folders of a server below its own one. */
export const pluginFolder = (place: ServerPlace): string => `${place.folder}/plugins`;
export const storageFolder = (place: ServerPlace): string => `${place.folder}/raft`;
export const scratchFolder = (place: ServerPlace): string => `${place.folder}/tmp`;
export const configFile = (place: ServerPlace): string => `${place.folder}/server.hcl`;
export const logFile = (place: ServerPlace): string => `${place.folder}/server.log`;

/** A server's part in a cluster. */
export interface ClusterNode {
  readonly id: string;
  /** API address of the node whose cluster it joins; undefined for the one that founds it. */
  readonly leader: string | undefined;
}

const ONLY_NODE: ClusterNode = { id: 'only', leader: undefined };

/**
 * A server's configuration: integrated storage and one plaintext listener on loopback. What one server does not know
 * it ignores: `raw_storage_endpoint` lets tests look at storage; the `unsafe_` line is OpenBao's leave to add an audit
 * device through the API.
 */
export function serverConfig(place: ServerPlace, logLevel: string, node: ClusterNode = ONLY_NODE): string {
  const join = node.leader === undefined ? '' : `\n  retry_join { leader_api_addr = "${node.leader}" }`;
  return `
storage "raft" {
  path                   = "${storageFolder(place)}"
  node_id                = "${node.id}"
  performance_multiplier = 1${join}
}
listener "tcp" {
  address         = "127.0.0.1:${place.apiPort}"
  cluster_address = "127.0.0.1:${place.clusterPort}"
  tls_disable     = true
}
api_addr                        = "http://127.0.0.1:${place.apiPort}"
cluster_addr                    = "https://127.0.0.1:${place.clusterPort}"
plugin_directory                = "${pluginFolder(place)}"
log_level                       = "${logLevel}"
disable_mlock                   = true
ui                              = true
raw_storage_endpoint            = true
unsafe_allow_api_audit_creation = true
`.trimStart();
}
