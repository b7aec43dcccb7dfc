/**
 * Chooses the protocol version to answer with: the highest that both sides know, else the lowest of ours, which is
 * also what a host without `PLUGIN_PROTOCOL_VERSIONS` gets (go-plugin: `protocolVersion`).
 *
 * @param offered - value of `PLUGIN_PROTOCOL_VERSIONS`: numbers and commas, in no order
 * @param supported - versions of this plugin, at least one
 */
export function negotiateVersion(offered: string | undefined, supported: readonly number[]): number {
  const theirs = new Set((offered ?? '').split(',').map((version) => version.trim()));
  const common = supported.filter((version) => theirs.has(String(version)));
  return common.length > 0 ? Math.max(...common) : Math.min(...supported);
}
