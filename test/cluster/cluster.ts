import { copyFile, chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { freePorts } from '../../dev/servers/free-ports.ts';
import { sendRequest, type Answer, type Method } from '../../dev/servers/http-client.ts';
import type { ServerBinary } from '../../dev/servers/server-binary.ts';
import {
  configFile,
  logFile,
  pluginFolder,
  scratchFolder,
  serverConfig,
  storageFolder,
  type ServerPlace,
} from '../../dev/servers/server-config.ts';
import { startProcess, type ServerProcess } from '../../dev/servers/server-process.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';

/** One server of a cluster. */
interface Node {
  readonly place: ServerPlace;
  readonly address: string;
  process: ServerProcess;
}

/** A snapshot of integrated storage, with what opens it. */
export interface Snapshot {
  readonly archive: Uint8Array<ArrayBuffer>;
  readonly unsealKey: string;
  readonly rootToken: string;
}

export interface ClusterOptions {
  /** @default 3 */
  readonly size?: number;
}

/** Servers with integrated storage on loopback, one of them active. */
export interface Cluster {
  /** Where the nodes write. */
  readonly folders: readonly [string, ...string[]];
  /** Sends a request to whichever node is active, waiting for one. @throws {Error} when the connection breaks */
  http(method: Method, path: string, body?: unknown): Promise<Answer>;
  /** Sends a request to a node that is unsealed and not active, as root unless `headers` say otherwise. @throws {Error} when there is none */
  standby(method: Method, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Ends the active node with SIGKILL. @returns starts it again and unseals it */
  killActive(): Promise<() => Promise<void>>;
  takeSnapshot(): Promise<Snapshot>;
  /** Restores a snapshot, of this or of another cluster, and waits for a node to be active on it. */
  restore(snapshot: Snapshot): Promise<void>;
  stop(): Promise<void>;
}

const ELECTION_SECONDS = 60;
/** What `sys/health` answers on a standby. */
const STANDBY = 429;
const SEALED = 503;

export async function startCluster(
  binary: ServerBinary,
  plugin: string,
  { size = 3 }: ClusterOptions = {},
): Promise<Cluster> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'cluster-'));
  const ports = await freePorts(2 * size);
  const places = Array.from({ length: size }, (_, index): ServerPlace => ({
    folder: `${folder}/${index}`,
    apiPort: ports[2 * index] ?? 0,
    clusterPort: ports[2 * index + 1] ?? 0,
  }));
  const addressOf = ({ apiPort }: ServerPlace): string => `http://127.0.0.1:${apiPort}`;
  const founderPlace = places[0] ?? { folder, apiPort: 0, clusterPort: 0 };
  const founder = addressOf(founderPlace);
  const run = (place: ServerPlace): ServerProcess =>
    startProcess(binary.path, ['server', `-config=${configFile(place)}`], {
      folder: place.folder,
      log: logFile(place),
      env: {
        PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
        HOME: place.folder,
        TMPDIR: scratchFolder(place),
      },
    });
  const nodes: Node[] = [];
  for (const [index, place] of places.entries()) {
    for (const each of [pluginFolder(place), storageFolder(place), scratchFolder(place)]) {
      await mkdir(each, { recursive: true });
    }
    await copyFile(plugin, join(pluginFolder(place), 'keymgmt'));
    await chmod(join(pluginFolder(place), 'keymgmt'), 0o755);
    const leader = index === 0 ? undefined : founder;
    await writeFile(configFile(place), serverConfig(place, 'info', { id: `node-${index}`, leader }));
    nodes.push({ place, address: addressOf(place), process: run(place) });
  }
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.process.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const health = (node: Node): Promise<Answer | undefined> =>
    sendRequest(node.address, undefined, { method: 'GET', path: 'sys/health' }).catch(() => undefined);
  const active = (): Promise<Node> =>
    waitUntil(
      'a node is active',
      async () => {
        for (const node of nodes) if ((await health(node))?.status === 200) return node;
        return undefined;
      },
      ELECTION_SECONDS,
    );

  try {
    await waitUntil('the first node listens', () => health(nodes[0] as Node));
    const init = await sendRequest(founder, undefined, {
      method: 'PUT',
      path: 'sys/init',
      body: { secret_shares: 1, secret_threshold: 1 },
    });
    const made = init.body as { keys?: readonly string[]; root_token?: string };
    let unsealKey = made.keys?.[0] ?? '';
    let token = made.root_token ?? '';
    /** Unseals a node; one that joins needs the key again until it has heard from the leader. */
    const unseal = (node: Node): Promise<unknown> =>
      waitUntil(
        `${node.address} is unsealed`,
        async () => {
          const body = { key: unsealKey };
          const sealed = await sendRequest(node.address, undefined, { method: 'PUT', path: 'sys/unseal', body }).catch(
            () => undefined,
          );
          return (sealed?.body as { sealed?: boolean } | undefined)?.sealed === false || undefined;
        },
        ELECTION_SECONDS,
      );
    for (const node of nodes) {
      await unseal(node);
      if (node === nodes[0]) await active();
    }
    await waitUntil(
      'all nodes have joined',
      async () => {
        const answer = await sendRequest(founder, token, {
          method: 'GET',
          path: 'sys/storage/raft/configuration',
        });
        const config = answer.body.data?.['config'] as { servers?: readonly { voter?: boolean }[] } | undefined;
        return config?.servers?.filter(({ voter }) => voter === true).length === size;
      },
      ELECTION_SECONDS,
    );
    return {
      folders: [founderPlace.folder, ...places.slice(1).map((place) => place.folder)],
      async http(method, path, body) {
        return sendRequest((await active()).address, token, { method, path, body });
      },
      async standby(method, path, body, headers = {}) {
        for (const node of nodes) {
          if ((await health(node))?.status !== STANDBY) continue;
          return sendRequest(node.address, token, { method, path, body, headers });
        }
        throw new Error('no node is a standby');
      },
      async takeSnapshot() {
        const { address } = await active();
        const response = await fetch(`${address}/v1/sys/storage/raft/snapshot`, {
          headers: { 'X-Vault-Token': token },
        });
        if (!response.ok) throw new Error(`the snapshot is answered with ${response.status}`);
        return { archive: new Uint8Array(await response.arrayBuffer()), unsealKey, rootToken: token };
      },
      async restore(snapshot) {
        const { address } = await active();
        const response = await fetch(`${address}/v1/sys/storage/raft/snapshot-force`, {
          method: 'POST',
          headers: { 'X-Vault-Token': token },
          body: snapshot.archive,
        });
        if (!response.ok) throw new Error(`the restore is answered with ${response.status}: ${await response.text()}`);
        ({ unsealKey, rootToken: token } = snapshot);
        await waitUntil(
          'a node serves the restored storage',
          async () => {
            for (const node of nodes) {
              const status = (await health(node))?.status;
              if (status === SEALED) await unseal(node);
              if (status !== 200) continue;
              const lookUp = { method: 'GET', path: 'auth/token/lookup-self' } as const;
              if ((await sendRequest(node.address, token, lookUp)).status === 200) return true;
            }
            return undefined;
          },
          ELECTION_SECONDS,
        );
      },
      async killActive() {
        const node = await active();
        process.kill(node.process.pid, 'SIGKILL');
        await waitUntil('the node is gone', async () => !node.process.running());
        return async () => {
          node.process = run(node.place);
          await waitUntil('the node listens again', () => health(node));
          await unseal(node);
        };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
