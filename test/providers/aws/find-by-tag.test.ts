import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { Calls } from '../../../src/providers/aws/calls.ts';
import { findByTag } from '../../../src/providers/aws/find-by-tag.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import { administrator, failure, makeVersion, setUp } from './harness.ts';
import { DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { clockOf } from '../../support/clock.ts';
import { create, createdId, find } from '../calls.ts';

const SEARCHER = [...DOCUMENTED_PERMISSIONS, 'ListKeys', 'ListResourceTags'];

describe('find', () => {
  it('finds a KMS key by its attempt', async () => {
    const bench = await setUp({ allow: SEARCHER });
    const { client, signal } = bench;
    await makeVersion(bench, 1);
    const remoteId = await createdId({ client, signal }, 2, 'lost');
    expect(await find({ client, signal }, 'lost')).toMatchObject({ outcome: 'found', candidates: [{ id: remoteId }] });
    expect(await find({ client, signal }, 'never made')).toEqual({ outcome: 'absent' });
  });

  it('finds the KMS key of a CreateKey without a response', async () => {
    const bench = await setUp({ allow: SEARCHER });
    bench.kms.faults.set(({ action }) => (action === 'CreateKey' ? { when: 'after', drop: true } : undefined));
    expect(await failure(create(bench, 1))).toMatchObject({
      ambiguous: true,
    });
    const id = bench.kms.keys('eu-west-2')[0]?.id;
    expect(await find(bench, 'attempt-1')).toEqual({
      outcome: 'found',
      candidates: [{ id, seen: [{ of: 'version', version: 1, place: '', id, state: 'created' }] }],
    });
  });

  it('returns unknown if ListKeys is denied', async () => {
    const { client, signal } = await setUp({ allow: DOCUMENTED_PERMISSIONS });
    expect(await find({ client, signal }, 'attempt-1')).toEqual({
      outcome: 'unknown',
      why: expect.stringContaining('kms:ListKeys') as string,
    });
  });

  it('returns unknown if the tags of a KMS key cannot be read', async () => {
    const bench = await setUp({ allow: [...DOCUMENTED_PERMISSIONS, 'ListKeys'] });
    await administrator(bench).send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    expect(await find(bench, 'attempt-2')).toEqual({
      outcome: 'unknown',
      why: expect.stringContaining('kms:ListResourceTags') as string,
    });
  });

  it('fails if AWS fails instead of returning absent', async () => {
    const bench = await setUp();
    await administrator(bench).send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    bench.kms.faults.set(({ action }) =>
      action === 'ListResourceTags'
        ? { when: 'before', error: { code: 'KMSInternalException', message: 'injected', status: 500 } }
        : undefined,
    );
    expect((await failure(find(bench, 'attempt-1'))).reason).toBe('unavailable');
  });
});

describe('find with many KMS keys', () => {
  const TAG = { key: 'attempt', value: 'lost' };
  const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const BARE = id(999_999);

  /** An account whose keys come in pages; reading the tags of one takes some time. */
  interface Account {
    readonly pages: readonly (readonly string[])[];
    readonly lost?: string;
    /** A key that has the tag as well. */
    readonly forged?: string;
    readonly vanished?: string;
    readonly readMs?: number;
    readonly seen?: Map<string, string>;
  }

  async function search({
    pages,
    lost,
    forged,
    vanished,
    readMs = 0,
    seen = new Map(),
  }: Account): Promise<{ result: Awaited<ReturnType<typeof findByTag>>; read: string[] }> {
    let now = 0;
    const read: string[] = [];
    const calls: Pick<Calls, 'listKeys' | 'listResourceTags'> = {
      listKeys: async ({ Marker }) => {
        const at = Number(Marker ?? 0);
        const more = at + 1 < pages.length;
        return {
          Keys: (pages[at] ?? []).map((KeyId) => ({ KeyId })),
          ...(more && { NextMarker: String(at + 1), Truncated: true }),
          $metadata: {},
        };
      },
      listResourceTags: async ({ KeyId = '' }) => {
        read.push(KeyId);
        now += readMs;
        if (KeyId === vanished) throw new ProviderError('not_found', 'gone', { call: 'ListResourceTags' });
        if (KeyId === BARE) return { Tags: [], $metadata: {} };
        return {
          Tags: [{ TagKey: TAG.key, TagValue: KeyId === lost || KeyId === forged ? TAG.value : 'another' }],
          $metadata: {},
        };
      },
    };
    const retry = { clock: clockOf(() => now), random: () => 0.5, wait: async () => undefined };
    const result = await findByTag(calls as Calls, retry, TAG, seen, new AbortController().signal);
    return { result, read };
  }
  const ids = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => id(from + index));

  it('reads all pages', async () => {
    const found = await search({ pages: [ids(20), ids(20, 20), ids(3, 40)], lost: id(42) });
    expect(found.result).toEqual({ outcome: 'found', ids: [id(42)] });
    const absent = await search({ pages: [ids(20), ids(20, 20), ids(3, 40)] });
    expect(absent.result).toEqual({ outcome: 'absent' });
    expect(absent.read).toEqual(ids(43));
  });

  it('continues after a match, because others may set the tag', async () => {
    const { result, read } = await search({ pages: [ids(20), ids(20, 20)], lost: id(3), forged: id(33) });
    expect(result).toEqual({ outcome: 'found', ids: [id(3), id(33)] });
    expect(read).toEqual(ids(40));
  });

  it('includes the matches in an unknown result', async () => {
    const { result } = await search({ pages: [ids(1000)], lost: id(3), readMs: 500 });
    expect(result).toMatchObject({ outcome: 'unknown', remoteIds: [id(3)] });
  });

  it('skips invalid key IDs and returns unknown instead of absent', async () => {
    const { result, read } = await search({ pages: [[id(1), 'alias/aws/ebs', '../../x', id(2)]] });
    expect(result).toMatchObject({ outcome: 'unknown' });
    expect(read).toEqual([id(1), id(2)]);
  });

  it('reads the tags of a KMS key once and continues an earlier search', async () => {
    const seen = new Map([[id(5), 'another']]);
    const first = await search({ pages: [ids(100)], lost: id(99), readMs: 500, seen });
    expect(first.result.outcome).toBe('unknown');
    const second = await search({ pages: [ids(100)], lost: id(99), readMs: 500, seen });
    const third = await search({ pages: [ids(100)], lost: id(99), readMs: 500, seen });
    expect([...first.read, ...second.read, ...third.read]).toEqual(ids(100).filter((each) => each !== id(5)));
    expect(third.result).toEqual({ outcome: 'found', ids: [id(99)] });
  });

  it('reads untagged KMS keys again, because tags are eventually consistent', async () => {
    const seen = new Map<string, string>();
    for (const _search of [1, 2]) expect((await search({ pages: [[BARE]], seen })).read).toEqual([BARE]);
    expect(seen.size).toBe(0);
  });

  it('treats a KMS key deleted during the search as no match', async () => {
    expect((await search({ pages: [ids(3)], vanished: id(1) })).result).toEqual({ outcome: 'absent' });
  });

  it('returns unknown if the account has too many KMS keys', async () => {
    const { result, read } = await search({ pages: [ids(1000)], lost: id(999), readMs: 500 });
    expect(result).toMatchObject({ outcome: 'unknown', why: expect.stringContaining('too many KMS keys') as string });
    expect(read.length).toBeLessThan(100);
  });
});
