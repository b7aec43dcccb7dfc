import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { builtPlugin, skippedForExecutable, type BundledPlugin } from '../support/host/bundle.ts';
import { mountedBackend } from '../support/host/mounted-backend.ts';
import { call } from '../support/host/rpc.ts';
import { attack, metadataOf } from './attack.ts';
import { requestBytes } from './messages.ts';
import { servedMethods } from './methods.ts';
import { openBroker } from './open-broker.ts';
import { CALLS, REPLAY, SEED } from './seed.ts';
import { startVictim, type Victim } from './victim.ts';

/** What the process still holds after a collection, in bytes. */
interface Held {
  readonly count: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

/** Loaded into the plugin's process: on SIGUSR2 it collects garbage and writes down what is left. */
const PROBE = `
  const { renameSync, writeFileSync } = require('node:fs');
  const file = process.env.HEAP_PROBE_FILE;
  let count = 0;
  process.on('SIGUSR2', () => {
    global.gc();
    global.gc();
    const { heapUsed, external, rss } = process.memoryUsage();
    writeFileSync(file + '.new', JSON.stringify({ count: ++count, heapUsed, external, rss }));
    renameSync(file + '.new', file);
  });
`;
const IN_FLIGHT = 64;
/** Messages are made in advance and sent again and again: the memory is of interest, not what they say. */
const MESSAGES = 500;
/** The first part fills caches, pools and V8's code; only what comes after may not grow. */
const WARM_UP = Math.max(CALLS * 0.2, 1_000);
/** However many calls there are: one that left a promise and a closure behind would add 200 bytes and more. */
const SLACK_BYTES = 2_000_000;
const RSS_FACTOR = 1.5;

const noProbe = skippedForExecutable('takes no --expose-gc and --require, to measure its heap');

let folder: string;
let plugin: BundledPlugin;
let victim: Victim;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heap-'));
  plugin = await builtPlugin();
  const probe = join(folder, 'probe.cjs');
  await writeFile(probe, PROBE);
  victim = await startVictim({
    command: process.execPath,
    args: ['--expose-gc', '--require', probe, plugin.path],
    env: { HEAP_PROBE_FILE: join(folder, 'held') },
  });
});
afterAll(async () => {
  await victim.host.close();
  await plugin.remove();
  await rm(folder, { recursive: true, force: true });
});

let looks = 0;

async function held(): Promise<Held> {
  const wanted = ++looks;
  process.kill(victim.host.plugin.pid, 'SIGUSR2');
  return waitUntil('the heap is measured', async () => {
    const text = await readFile(join(folder, 'held'), 'utf8').catch(() => '{}');
    const found = JSON.parse(text) as Held;
    return found.count === wanted && found;
  });
}

/** The kinds of calls that are mixed, each made once. */
function callsOf(
  { host, mount: { brokered, multiplexId } }: Victim,
  client: Client,
): readonly (() => Promise<unknown>)[] {
  const { wire } = host;
  const mount = mountedBackend({ client, wire, brokered, multiplexId });
  const metadata = metadataOf({ multiplex_id: multiplexId ?? '' });
  const unary = servedMethods().filter(({ path, streaming }) => !streaming && !/Setup|Cleanup/.test(path));
  const hostile = unary.flatMap((method) => {
    const share = method.path === wire.backend.HandleRequest.path ? MESSAGES : MESSAGES / 20;
    const messages = fc.sample(requestBytes(method), { seed: SEED, numRuns: share }).filter((bytes) => !writes(bytes));
    return messages.map((bytes) => () => attack(client, method.path, bytes, { metadata }));
  });
  const honest = [
    () => mount.handleRequest({ path: 'key/honest' }),
    () => mount.handleRequest({ operation: 'list', path: 'kms/' }),
    () => mount.handleRequest({ operation: 'update', path: 'key/honest', data: { deletion_allowed: false } }),
    () => mount.existenceCheck({ path: 'key/other' }),
  ];
  const cancelled = async (): Promise<void> => {
    const leaving = new AbortController();
    const left = mount.handleRequest({ path: 'key/honest' }, { signal: leaving.signal });
    leaving.abort();
    await left.catch(() => undefined);
  };
  const brokerStream = async (): Promise<void> => {
    const stream = openBroker(host);
    const closed = new Promise((resolve) => stream.once('status', resolve));
    stream.write({ service_id: 4_000_000_000, network: 'unix', address: '/nowhere' });
    setImmediate(() => {
      stream.cancel();
    });
    await closed;
  };
  const stdioStream = async (): Promise<void> => {
    const { path, requestSerialize, responseDeserialize } = wire.stdio.StreamStdio;
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
    const closed = new Promise((resolve) => stream.once('status', resolve));
    stream.on('error', () => undefined).resume();
    setImmediate(() => {
      stream.cancel();
    });
    await closed;
  };
  const setUpAndCleanUp = async (): Promise<void> => {
    const other = await host.mount();
    await other.handleRequest({ operation: 'list', path: 'key/' });
    await other.cleanup();
    other.brokered.close();
  };
  const unknown = (): Promise<unknown> => attack(client, '/pb.Backend/Nothing', Buffer.from('x'));
  const each = (count: number, work: () => Promise<unknown>): (() => Promise<unknown>)[] =>
    Array.from({ length: count }, () => work);
  return [
    ...hostile,
    ...honest.flatMap((work) => each(MESSAGES / 8, work)),
    ...each(50, cancelled),
    ...each(20, brokerStream),
    ...each(20, stdioStream),
    ...each(20, unknown),
    ...each(2, setUpAndCleanUp),
  ];
}

// Keys that grow with each rotation would be no leak, and RSA keys take long to make.
function writes(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('latin1');
  return /create|update|rollback/.test(text);
}

async function make(calls: readonly (() => Promise<unknown>)[], from: number, to: number): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < to) await calls[next++ % calls.length]?.();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

describe.skipIf(noProbe !== '')(`the memory of the plugin${noProbe}`, () => {
  it(`does not grow over honest and hostile calls (${REPLAY})`, async () => {
    // The host's own client keeps what it hears, to search it for secrets in the end.
    const client = new Client(`unix:${victim.host.handshake[3] ?? ''}`, credentials.createInsecure());
    const generated = callsOf(victim, client);
    // Mixed, in an order that the seed repeats.
    const calls =
      fc.sample(fc.shuffledSubarray([...generated], { minLength: generated.length }), {
        seed: SEED,
        numRuns: 1,
      })[0] ?? [];
    await make(calls, 0, WARM_UP);
    await victim.stands();
    const sockets = victim.sockets();
    const before = await held();
    await make(calls, WARM_UP, CALLS);
    client.close();
    await victim.stands();
    await victim.holdsAtMost(sockets);
    await call(victim.host.client, victim.host.wire.health.Check, { service: 'plugin' });
    const after = await held();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    process.stdout.write(
      `${CALLS} calls: heap ${megabytes(before.heapUsed)} -> ${megabytes(after.heapUsed)}, ` +
        `external ${megabytes(before.external)} -> ${megabytes(after.external)}, ` +
        `resident ${megabytes(before.rss)} -> ${megabytes(after.rss)}\n`,
    );
    expect(grown).toBeLessThan(SLACK_BYTES);
    expect(after.rss).toBeLessThan(before.rss * RSS_FACTOR);
  }, 900_000);
});

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
