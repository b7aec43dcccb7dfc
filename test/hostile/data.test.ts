import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { attack, metadataOf } from './attack.ts';
import { useVictim, type Victim } from './victim.ts';

const plugin = useVictim();

const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);
const DEEP = 100_000;
const GIVEN = randomBytes(30).toString('base64url');

/** Sends a write with this text as its data. @returns what a server would make of the answer */
async function write(victim: Victim, path: string, data: string): Promise<{ code: number; text: string }> {
  const { client, wire } = victim.host;
  const { HandleRequest: method } = wire.backend;
  const bytes = method.requestSerialize({ request: { operation: 'update', path, data } });
  const metadata = metadataOf({ multiplex_id: victim.mount.multiplexId ?? '' });
  const outcome = await attack(client, method.path, bytes, { metadata });
  expect(outcome).toMatchObject({ status: status.OK });
  const { response, err } = method.responseDeserialize(outcome.reply);
  victim.hear(outcome.reply.toString('latin1'));
  if (err) return { code: err.err_type === 3 ? Number(err.err_code) : 500, text: err.err_msg };
  const { error } = (response ? (JSON.parse(response.data) as { error?: string } | null) : null) ?? {};
  return error === undefined ? { code: 200, text: '' } : { code: 400, text: error };
}

describe('the data of a request', () => {
  it.each<[string, string, RegExp]>([
    ['an array', '[]', /not a JSON object/],
    ['a text', '"x"', /not a JSON object/],
    ['a number', '1', /not a JSON object/],
    ['truth', 'true', /not a JSON object/],
    ['no JSON', '{"secret":', /not JSON$/],
    ['two documents', '{}{}', /not JSON$/],
    ['arrays in arrays', nested('[', ']', DEEP), /nested too deeply/],
    ['objects in objects', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`, /nested too deeply/],
    ['arrays in a field', `{"credentials":${nested('[', ']', DEEP)}}`, /nested too deeply/],
    ['objects in a field', `{"credentials":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`, /nested too deeply/],
    ['brackets without end', '['.repeat(DEEP), /not JSON|nested too deeply/],
  ])('is refused as %s', async (_title, data, text) => {
    const victim = plugin();
    expect(await write(victim, 'kms/aws', data)).toEqual({ code: 400, text: expect.stringMatching(text) as string });
    await victim.stands();
  });

  it.each<[string, string, string]>([
    ['arrays in depth', 'kms/aws', `{"credentials":${nested('[', ']', 500)}}`],
    ['objects in depth', 'kms/aws', `{"credentials":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`],
    ['deep lists of regions', 'key/honest', `{"replica_regions":${nested('[', ']', 500)}}`],
    ['brackets in a text', 'kms/aws', `{"credentials":{"a":"${'['.repeat(DEEP)}","b":1}}`],
    ['numbers beyond any double', 'key/honest', '{"min_enabled_version":1e400}'],
    ['numbers of a million digits', 'key/honest', `{"min_enabled_version":${'9'.repeat(1_000_000)}}`],
    ['numbers as texts of a million digits', 'key/honest', `{"min_enabled_version":"${'9'.repeat(1_000_000)}"}`],
    ['a long name of a type', 'key/new', `{"type":"${'x'.repeat(1_000_000)}"}`],
    ['a prototype', 'key/honest', '{"__proto__":{"type":"x"},"constructor":{"prototype":{"type":"x"}}}'],
    ['a prototype in a field', 'kms/aws', '{"credentials":{"__proto__":{"toString":1}}}'],
    ['a hundred thousand members', 'key/honest', `{${Array.from({ length: 100_000 }, (_, i) => `"f${i}":1`).join()}}`],
  ])('is judged with %s', async (_title, path, data) => {
    const victim = plugin();
    expect((await write(victim, path, data)).code).toBeLessThan(500);
    await victim.stands();
  });

  it.each<[string, string, object]>([
    ['another region', 'kms/aws', { key_collection: 'eu-west-1' }],
    ['another provider', 'kms/aws', { provider: 'gcpckms' }],
    ['no provider that there is', 'kms/aws', { provider: 'none' }],
    ['credentials that are missing some', 'kms/aws', { credentials: { secret_key: GIVEN } }],
    ['credentials in a list', 'kms/aws', { credentials: { access_key: 'AKIA00000HOSTILE', secret_key: [GIVEN] } }],
    ['credentials that are no pair', 'kms/aws', { credentials: [GIVEN] }],
    ['credentials of a new KMS', 'kms/new', { provider: 'awskms', credentials: { secret_key: GIVEN } }],
    ['a key that is no type', 'key/honest', { type: 'rsa-4096' }],
  ])('is refused with %s, without a word of what is secret', async (_title, path, data) => {
    const victim = plugin();
    victim.know('the secret_key given', Buffer.from(GIVEN));
    const { code, text } = await write(victim, path, JSON.stringify(data));
    expect({ code, text }).toEqual({ code: 400, text: expect.stringMatching(/./) as string });
    await victim.stands();
  });

  it('may come with a hundred thousand headers', async () => {
    const victim = plugin();
    const headers = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`h${i}`, { header: ['v'] }]));
    expect(await victim.mount.handleRequest({ path: 'key/honest', headers })).toMatchObject({ error: undefined });
    await victim.stands();
  });

  it('is UTF-8 again in the warnings of the answer', async () => {
    const victim = plugin();
    const { HandleRequest: method } = victim.host.wire.backend;
    const bytes = method.requestSerialize({
      request: { operation: 'read', path: 'key/honest', data: '{"\\ud800":1}' },
    });
    const metadata = metadataOf({ multiplex_id: victim.mount.multiplexId ?? '' });
    const { reply } = await attack(victim.host.client, method.path, bytes, { metadata });
    // What is not UTF-8 in a text makes Go refuse the whole message.
    const [warning] = method.responseDeserialize(reply).response?.warnings ?? [];
    expect(warning).toBe('Endpoint ignored these unrecognized parameters: [\ufffd]');
    await victim.stands();
  });
});

describe('the path of a request', () => {
  it.each(['__proto__', 'constructor'])('may name a key %s like any other', async (name) => {
    const victim = plugin();
    expect(await write(victim, `key/${name}`, '{"type":"aes256-gcm96"}')).toMatchObject({ code: 200 });
    const { response } = await victim.mount.handleRequest({ path: `key/${name}` });
    expect(response?.data).toMatchObject({ name, type: 'aes256-gcm96', latest_version: 1 });
    await victim.stands();
  });

  it('may be a megabyte long', async () => {
    const victim = plugin();
    for (const path of ['a', 'a.', '/', 'key/', '\u0000', 'é'].map((part) => part.repeat(1_000_000 / part.length))) {
      const { error } = await victim.mount.handleRequest({ path }, { deadlineMs: 20_000 });
      expect(error?.type).toBe(6);
    }
    await victim.stands();
  });
});
