import { ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { inMemoryStorage } from '../../src/logical/index.ts';
import type { ConnInfo } from '../../src/goplugin/generated/plugin/ConnInfo.ts';
import { serveBrokered, type BrokeredServices } from '../support/host/brokered-services.ts';
import { call } from '../support/host/rpc.ts';
import { attack, metadataOf, type Outcome } from './attack.ts';
import { openBroker } from './open-broker.ts';
import { useVictim, type Victim } from './victim.ts';

const plugin = useVictim();

const open: BrokeredServices[] = [];
afterEach(() => {
  for (const services of open.splice(0)) services.close();
});

/** Serves storage and system view as a server does for each mount. */
async function serve(victim: Victim): Promise<BrokeredServices> {
  const services = await serveBrokered({
    wire: victim.host.wire,
    credentials: ServerCredentials.createInsecure(),
    storage: inMemoryStorage(),
    system: {},
    takesEvents: true,
  });
  open.push(services);
  return services;
}

let lastBrokerId = 1_000;

interface Setup {
  readonly id: string | readonly string[];
  readonly brokerId?: number;
  /** What the stream says of the broker id; nothing when left out. */
  readonly say?: readonly ConnInfo[];
  readonly signal?: AbortSignal;
}

async function setUp(victim: Victim, { id, brokerId = ++lastBrokerId, say = [], signal }: Setup): Promise<Outcome> {
  const stream = openBroker(victim.host);
  for (const info of say) stream.write({ service_id: brokerId, ...info });
  const { path, requestSerialize } = victim.host.wire.backend.Setup;
  const bytes = requestSerialize({ broker_id: brokerId, backendUUID: 'hostile' });
  const outcome = await attack(victim.host.client, path, bytes, {
    metadata: metadataOf({ multiplex_id: id }),
    ...(signal && { signal }),
  });
  victim.hear(outcome.details + outcome.reply.toString('latin1'));
  stream.cancel();
  return outcome;
}

/** A mount as a server sets it up. */
async function mountAt(victim: Victim, id: string): Promise<BrokeredServices> {
  const services = await serve(victim);
  const outcome = await setUp(victim, { id, say: [{ network: 'unix', address: services.path }] });
  expect(outcome).toEqual({ status: status.OK, details: '', reply: Buffer.alloc(0) });
  return services;
}

/** Writes a key, which goes to the storage of the mount with that id. */
function writeKey(victim: Victim, id: string | readonly string[]): Promise<Outcome> {
  const { path, requestSerialize } = victim.host.wire.backend.HandleRequest;
  const request = { operation: 'update', path: 'key/k', data: '{"type":"aes256-gcm96"}' };
  return attack(victim.host.client, path, requestSerialize({ request }), {
    metadata: metadataOf({ multiplex_id: id }),
  });
}

function cleanUp(victim: Victim, id: string | readonly string[]): Promise<Outcome> {
  const { path, requestSerialize } = victim.host.wire.backend.Cleanup;
  return attack(victim.host.client, path, requestSerialize({}), { metadata: metadataOf({ multiplex_id: id }) });
}

const OK = { status: status.OK, details: '' };
const NO_MOUNT = { status: status.UNKNOWN, details: 'no backend instance found' };

describe('the id of a mount', () => {
  it.each<[string, string | string[]]>([
    ['unknown', 'unknown'],
    ['`single`, as the mount of an old server', 'single'],
    ['a name of JavaScript', '__proto__'],
    ['empty', ''],
    ['very long', 'x'.repeat(60_000)],
  ])('that is %s finds no mount', async (_title, id) => {
    const victim = plugin();
    expect(await writeKey(victim, id)).toMatchObject(NO_MOUNT);
    expect(await cleanUp(victim, id)).toMatchObject(OK);
    await victim.stands();
  });

  it('that is there twice finds no mount', async () => {
    const victim = plugin();
    const id = victim.mount.multiplexId ?? '';
    expect(await writeKey(victim, [id, id])).toMatchObject(NO_MOUNT);
    await victim.stands();
  });
});

describe('Setup', () => {
  it('replaces the mount of the same id and lets its connection go', async () => {
    const victim = plugin();
    const first = await mountAt(victim, 'twice');
    expect(await writeKey(victim, 'twice')).toMatchObject(OK);
    const sockets = victim.sockets();
    const second = await mountAt(victim, 'twice');
    expect(await writeKey(victim, 'twice')).toMatchObject(OK);
    expect(first.calls).toEqual(second.calls);
    await victim.holdsAtMost(sockets);
    await cleanUp(victim, 'twice');
    await victim.holdsAtMost(sockets - 1);
    expect(await writeKey(victim, 'twice')).toMatchObject(NO_MOUNT);
    await victim.stands();
  });

  it('replaces also what was set up while it waited for its address', async () => {
    const victim = plugin();
    const sockets = victim.sockets();
    const slow = await serve(victim);
    const brokerId = ++lastBrokerId;
    const waiting = setUp(victim, { id: 'raced', brokerId });
    // The plugin answers in order: once this is back, it waits.
    await call(victim.host.client, victim.host.wire.health.Check, { service: 'plugin' });
    const fast = await mountAt(victim, 'raced');
    expect(await writeKey(victim, 'raced')).toMatchObject(OK);
    const stream = openBroker(victim.host);
    stream.write({ service_id: brokerId, network: 'unix', address: slow.path });
    expect(await waiting).toMatchObject(OK);
    expect(await writeKey(victim, 'raced')).toMatchObject(OK);
    expect(slow.calls).toEqual(fast.calls);
    await victim.holdsAtMost(sockets + 1);
    await cleanUp(victim, 'raced');
    expect(await writeKey(victim, 'raced')).toMatchObject(NO_MOUNT);
    await victim.holdsAtMost(sockets);
    stream.cancel();
    await victim.stands();
  });

  it('that its host has given up leaves no mount behind', async () => {
    const victim = plugin();
    const [services, later] = [await serve(victim), await serve(victim)];
    const [brokerId, laterId] = [++lastBrokerId, ++lastBrokerId];
    const leaving = new AbortController();
    const given = setUp(victim, { id: 'left', brokerId, signal: leaving.signal });
    await call(victim.host.client, victim.host.wire.health.Check, { service: 'plugin' });
    leaving.abort();
    expect((await given).status).toBe(status.CANCELLED);
    await call(victim.host.client, victim.host.wire.health.Check, { service: 'plugin' });
    const stream = openBroker(victim.host);
    stream.write({ service_id: brokerId, network: 'unix', address: services.path });
    // What comes after on the same stream is seen after.
    stream.write({ service_id: laterId, network: 'unix', address: later.path });
    expect(await setUp(victim, { id: 'later', brokerId: laterId })).toMatchObject(OK);
    expect(await writeKey(victim, 'left')).toMatchObject(NO_MOUNT);
    stream.cancel();
    await cleanUp(victim, 'later');
    await victim.stands();
  });

  it.each<[string, ConnInfo[]]>([
    ['nowhere', [{ network: 'unix', address: '/nonexistent/socket' }]],
    ['an empty address', [{ network: 'unix', address: '' }]],
    ['an empty address of no network', [{}]],
    ['a network of no such kind', [{ network: 'carrier pigeon', address: 'roof' }]],
    ['a port that refuses', [{ network: 'tcp', address: '127.0.0.1:9' }]],
    ['no port', [{ network: 'tcp', address: '127.0.0.1:99999999' }]],
    ['a line break', [{ network: 'unix', address: '/tmp/a\nb' }]],
    ['a zero', [{ network: 'unix', address: '/tmp/a\0b' }]],
    ['a path that the kernel would cut off', [{ network: 'unix', address: `/${'x'.repeat(5_000)}` }]],
  ])('that is sent to %s is answered, and so are requests', async (_title, say) => {
    const victim = plugin();
    expect([status.OK, status.UNKNOWN]).toContain((await setUp(victim, { id: 'astray', say })).status);
    const request = await writeKey(victim, 'astray');
    victim.hear(request.details + request.reply.toString('latin1'));
    if (request.status === status.OK) {
      const { err } = victim.host.wire.backend.HandleRequest.responseDeserialize(request.reply);
      expect(err?.err_msg).toMatch(/./);
    }
    expect(await cleanUp(victim, 'astray')).toMatchObject(OK);
    await victim.stands();
  });

  it('takes one of several addresses', async () => {
    const victim = plugin();
    const services = [await serve(victim), await serve(victim)];
    const say = services.map(({ path }) => ({ network: 'unix', address: path }));
    expect(await setUp(victim, { id: 'moved', say })).toMatchObject(OK);
    expect(await writeKey(victim, 'moved')).toMatchObject(OK);
    expect(services.filter(({ calls }) => calls.length > 0)).toHaveLength(1);
    await cleanUp(victim, 'moved');
    await victim.stands();
  });
});

// At once, since each waits as long as go-plugin does.
describe.concurrent('Setup that waits in vain', () => {
  const IN_VAIN = { status: status.UNKNOWN, details: 'timeout waiting for connection info' };

  it('fails, and the mount that it was to replace is gone', async () => {
    const victim = plugin();
    await mountAt(victim, 'lost');
    expect(await setUp(victim, { id: 'lost' })).toMatchObject(IN_VAIN);
    expect(await writeKey(victim, 'lost')).toMatchObject(NO_MOUNT);
    await victim.stands();
  });

  it('is one of two that wait for one address', async () => {
    const victim = plugin();
    const services = await serve(victim);
    const brokerId = ++lastBrokerId;
    const rivals = ['a', 'b'].map((id) => setUp(victim, { id, brokerId }));
    await call(victim.host.client, victim.host.wire.health.Check, { service: 'plugin' });
    const stream = openBroker(victim.host);
    stream.write({ service_id: brokerId, network: 'unix', address: services.path });
    const outcomes = await Promise.all(rivals);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual([status.OK, status.UNKNOWN]);
    stream.cancel();
    for (const id of ['a', 'b']) await cleanUp(victim, id);
    await victim.stands();
  });

  it('does so too when the host knocks in the place of an address', async () => {
    const victim = plugin();
    const services = await serve(victim);
    const knock = { network: 'unix', address: services.path, knock: { knock: true } };
    expect(await setUp(victim, { id: 'knocked', say: [knock] })).toMatchObject(IN_VAIN);
    await victim.stands();
  });
});

describe('Cleanup', () => {
  it('may come before Setup, twice, and for a mount that nobody knows', async () => {
    const victim = plugin();
    expect(await cleanUp(victim, 'early')).toMatchObject(OK);
    await mountAt(victim, 'early');
    expect(await cleanUp(victim, 'early')).toMatchObject(OK);
    expect(await cleanUp(victim, 'early')).toMatchObject(OK);
    expect(await writeKey(victim, 'early')).toMatchObject(NO_MOUNT);
    await victim.stands();
  });

  it('lets all connections of a hundred mounts go', async () => {
    const victim = plugin();
    const sockets = victim.sockets();
    const ids = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    for (const id of ids) await mountAt(victim, id);
    await Promise.all(ids.map((id) => writeKey(victim, id)));
    expect(victim.sockets()).toBeGreaterThanOrEqual(sockets + ids.length);
    await Promise.all(ids.map((id) => cleanUp(victim, id)));
    await victim.holdsAtMost(sockets);
    await victim.stands();
  });
});
