import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createBackend,
  definePath,
  deleteWal,
  fields,
  genericName,
  genericNameWithAt,
  handlePatch,
  listWal,
  optionalParam,
  putWal,
  recordStore,
  type PathContext,
} from '../../src/framework/index.ts';
import {
  activeNode,
  BackendError,
  errorResponse,
  inMemoryStorage,
  READ_ONLY_TEXT,
  ReplicationState,
  StorageError,
  userError,
  type Backend,
  type JsonObject,
  type Request,
  type Response,
  type SystemView,
} from '../../src/logical/index.ts';
import { silentLogger, type LogFields } from '../../src/support/logger.ts';

const clock = { now: () => 1_700_000_000_000 };
const standby: SystemView = { ...activeNode, replicationState: async () => ReplicationState.performanceStandby };

const request = (operation: string, path: string, data: JsonObject = {}, rest: Partial<Request> = {}): Request => ({
  id: 'r',
  operation,
  path,
  data,
  mountPoint: 'm/',
  displayName: 'root',
  entityId: '',
  headers: {},
  storage: inMemoryStorage(),
  system: activeNode,
  signal: new AbortController().signal,
  ...rest,
});

const echo = definePath({
  pattern: `thing/${genericName('name')}`,
  fields: {
    name: fields.string({ description: 'The name.' }),
    size: fields.int({ default: 5 }),
    tags: fields.commaStringSlice(),
  },
  existenceCheck: async ({ data }) => data.get('name') === 'old',
  operations: {
    read: { handler: async ({ data }) => ({ data: { name: data.get('name'), size: data.get('size') } }) },
    update: {
      handler: async ({ data }) => ({ data: { tags: data.get('tags'), sent: data.has('tags'), raw: data.raw } }),
    },
    delete: {
      handler: async () => {
        throw userError('no, because');
      },
    },
  },
  help: { synopsis: 'A thing.', description: 'Longer.' },
});
const special = definePath({
  pattern: 'thing/special',
  fields: {},
  operations: { read: { handler: async () => ({ data: { special: true } }) } },
  help: { synopsis: '', description: '' },
});
const backendOf = (options: Partial<Parameters<typeof createBackend>[0]> = {}): Backend =>
  createBackend({ help: 'Helps.', paths: [echo, special], clock, ...options });

const kindOf = async (answer: Promise<unknown>): Promise<string | undefined> => {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof BackendError ? error.kind : undefined;
};

describe('routing', () => {
  it('takes the first path that matches', async () => {
    expect(await backendOf().handleRequest(request('read', 'thing/special'))).toEqual({
      data: { name: 'special', size: 5 },
    });
    const other = backendOf({ paths: [special, echo] });
    expect(await other.handleRequest(request('read', 'thing/special'))).toEqual({ data: { special: true } });
  });

  it('tells an unknown path from an operation that a path does not have', async () => {
    expect(await kindOf(backendOf().handleRequest(request('read', 'nothing')))).toBe('unsupported_path');
    expect(await kindOf(backendOf().handleRequest(request('read', 'thing/a/b')))).toBe('unsupported_path');
    expect(await kindOf(backendOf().handleRequest(request('list', 'thing/a')))).toBe('unsupported_operation');
    expect(await kindOf(backendOf().handleRequest(request('renew', 'thing/a')))).toBe('unsupported_operation');
  });

  it('answers a refusal of what the user asked with its text', async () => {
    expect(await backendOf().handleRequest(request('delete', 'thing/a'))).toEqual({ data: { error: 'no, because' } });
  });
});

it('a refusal to write on this node goes up to the server, whatever a handler made of it', async () => {
  const path = definePath({
    pattern: 'a',
    fields: {},
    operations: {
      read: {
        handler: async () => {
          throw userError('could not be written', new Error('one', { cause: new StorageError(READ_ONLY_TEXT) }));
        },
      },
    },
    help: { synopsis: '', description: '' },
  });
  await expect(backendOf({ paths: [path] }).handleRequest(request('read', 'a'))).rejects.toThrow(/be written/);
});

describe('on a node that may only read', () => {
  const asked: string[] = [];
  const answers = (name: string) => ({
    handler: async (): Promise<Response> => {
      asked.push(name);
      return { data: { name } };
    },
  });
  const path = definePath({
    pattern: 'thing/(?P<name>\\w+)',
    fields: { name: fields.string(), size: fields.int() },
    existenceCheck: async () => false,
    operations: {
      create: answers('create'),
      update: answers('update'),
      patch: answers('patch'),
      delete: answers('delete'),
      read: answers('read'),
      list: answers('list'),
      scan: answers('scan'),
      header: answers('header'),
    },
    help: { synopsis: '' },
  });
  const verify = definePath({
    pattern: 'verify',
    fields: {},
    operations: { update: { ...answers('verify'), readOnly: true } },
    help: { synopsis: '' },
  });
  const backend = backendOf({ paths: [path, verify] });
  const secondary = ReplicationState.performanceSecondary;
  /** What the nodes of a cluster of OpenBao 2.7.2 answer, and Vault Community does everywhere. */
  const OPENBAO = { standby: 24_576, active: 8_224 };
  const COMMUNITY = 12_288;
  const at = (state: number, local = false): SystemView => ({
    ...activeNode,
    replicationState: async () => state,
    localMount: async () => local,
  });

  it.each(['create', 'update', 'patch', 'delete'])(
    'a %s goes to the active node before anything is looked at',
    async (operation) => {
      asked.length = 0;
      // A field that is wrong is for the active node to refuse, too.
      const wrong = { size: 'large' };
      for (const system of [at(OPENBAO.standby), standby, at(secondary), at(ReplicationState.drSecondary)]) {
        const sent = request(operation, 'thing/a', wrong, { system });
        await expect(backend.handleRequest(sent)).rejects.toThrow(new StorageError(READ_ONLY_TEXT));
      }
      expect(asked).toEqual([]);
      for (const system of [activeNode, at(secondary, true), at(OPENBAO.active), at(COMMUNITY)]) {
        await backend.handleRequest(request(operation, 'thing/a', {}, { system }));
      }
      expect(asked).toEqual([operation, operation, operation, operation]);
    },
  );

  it('the tick does nothing', async () => {
    let ticks = 0;
    const ticking = backendOf({
      periodic: async () => {
        ticks++;
      },
    });
    await ticking.handleRequest(request('rollback', '', { immediate: true }, { system: at(OPENBAO.standby) }));
    expect(ticks).toBe(0);
    await ticking.handleRequest(request('rollback', '', {}, { system: at(OPENBAO.active) }));
    expect(ticks).toBe(1);
  });

  it.each(['read', 'list', 'scan', 'header'])('a %s is answered there', async (operation) => {
    const answer = await backend.handleRequest(request(operation, 'thing/a', {}, { system: standby }));
    expect(answer?.data).toEqual({ name: operation });
  });

  it('an update that is declared to write nothing is answered there', async () => {
    const answer = await backend.handleRequest(request('update', 'verify', {}, { system: standby }));
    expect(answer?.data).toEqual({ name: 'verify' });
  });

  it('create is still told from update, as a server forwards nothing for an error of that check', async () => {
    const check = await backend.handleExistenceCheck(request('update', 'thing/a', {}, { system: standby }));
    expect(check).toEqual({ found: true, exists: false });
  });

  it('an operation that the path does not have is refused, and help is given', async () => {
    const rest = { system: standby };
    expect(await kindOf(backend.handleRequest(request('delete', 'verify', {}, rest)))).toBe('unsupported_operation');
    expect((await backend.handleRequest(request('help', 'verify', {}, rest)))?.data?.['help']).toContain('verify');
  });
});

describe('fields of a request', () => {
  it('are overruled by the path, and unknown ones are left out, with warnings as Vault words them', async () => {
    const data = { name: 'forged', tags: 'a, b', zebra: 1, apple: 2 };
    const answer = await backendOf().handleRequest(request('update', 'thing/real', data));
    expect(answer?.data).toMatchObject({ tags: ['a', 'b'], sent: true, raw: { name: 'real' } });
    expect(answer?.warnings).toEqual([
      'Endpoint ignored these unrecognized parameters: [apple zebra]',
      "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [name]",
    ]);
  });

  it('are not converted where they are larger than the field may be', async () => {
    const path = definePath({
      pattern: 'a',
      fields: {
        list: fields.commaStringSlice({ maxSize: 3 }),
        text: fields.string({ maxSize: 3 }),
        pairs: fields.kvPairs({ maxSize: 3 }),
      },
      operations: { update: async ({ data }) => ({ data: { list: data.get('list'), text: data.get('text') } }) },
      help: { synopsis: '' },
    });
    const refusal = async (data: JsonObject): Promise<unknown> =>
      (await backendOf({ paths: [path] }).handleRequest(request('update', 'a', data)))?.data?.['error'];
    const prefix = 'Field validation failed: error converting input for field';
    expect(await refusal({ list: [[], [], [], []] })).toBe(`${prefix} "list": it has 4 elements, and may have 3`);
    expect(await refusal({ list: 'a,bc' })).toBe(`${prefix} "list": it has 4 characters, and may have 3`);
    expect(await refusal({ text: 'long' })).toBe(`${prefix} "text": it has 4 characters, and may have 3`);
    const four = { a: 1, b: 2, c: 3, d: 4 };
    expect(await refusal({ pairs: four })).toBe(`${prefix} "pairs": it has 4 members, and may have 3`);
    expect(await refusal({ list: 'a,b', text: '123', pairs: { a: 1 } })).toBeUndefined();
    expect(await refusal({ list: null, text: 1234, pairs: ['a=b'] })).toBeUndefined();
  });

  it('are at most a thousand, but where clients send what they like', async () => {
    const many = (count: number): JsonObject =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]));
    const open = definePath({
      pattern: 'open',
      fields: {},
      operations: { update: async ({ data }) => ({ data: { count: Object.keys(data.raw).length } }) },
      help: { synopsis: '' },
      takesArbitraryInput: true,
    });
    const backend = backendOf({ paths: [open, echo] });
    const send = async (path: string, count: number): Promise<JsonObject | undefined> =>
      (await backend.handleRequest(request('update', path, many(count))))?.data;
    expect(await send('thing/a', 1000)).toMatchObject({ sent: false });
    expect(await send('thing/a', 1001)).toEqual({ error: 'the request has 1001 parameters: at most 1000 are taken' });
    expect(await send('open', 5000)).toEqual({ count: 5000 });
    const check = backend.handleExistenceCheck(request('update', 'thing/a', many(1001)));
    expect(await kindOf(check)).toBe('user_error');
  });

  it('of which a great many elements are wrong name the first of them', async () => {
    const path = definePath({
      pattern: 'a',
      fields: { list: fields.commaStringSlice() },
      operations: { update: async () => undefined },
      help: { synopsis: '' },
    });
    const refusal = async (wrong: number): Promise<string> => {
      const data = { list: Array<JsonObject>(wrong).fill({ a: 1 }) };
      const answer = await backendOf({ paths: [path] }).handleRequest(request('update', 'a', data));
      const text = answer?.data?.['error'];
      return typeof text === 'string' ? text : '';
    };
    expect(await refusal(99)).toContain('99 error(s) decoding:');
    const text = await refusal(1_000_000);
    expect(text).toContain('100 or more error(s) decoding:');
    expect(text.match(/unconvertible/g)).toHaveLength(100);
  });

  it('that cannot be converted are refused by name, without their value', async () => {
    const answer = await backendOf().handleRequest(request('update', 'thing/a', { size: 's3cret' }));
    expect(answer?.data?.['error']).toMatch(/^Field validation failed: error converting input for field "size": /);
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });

  it('named like parts of an object are not found there', async () => {
    const answer = await backendOf().handleRequest(request('read', 'thing/a', { constructor: 'x', toString: 'y' }));
    expect(answer?.data).toEqual({ name: 'a', size: 5 });
  });
});

describe('the existence check', () => {
  const check = (operation: string, path: string): ReturnType<Backend['handleExistenceCheck']> =>
    backendOf().handleExistenceCheck(request(operation, path));

  it('tells what exists, and where nobody checks', async () => {
    expect(await check('update', 'thing/old')).toEqual({ found: true, exists: true });
    expect(await check('update', 'thing/new')).toEqual({ found: true, exists: false });
    const unchecked = backendOf({ paths: [special] });
    expect(await unchecked.handleExistenceCheck(request('update', 'thing/special'))).toEqual({
      found: false,
      exists: false,
    });
  });

  it('refuses other operations and unknown paths', async () => {
    expect(await kindOf(check('read', 'thing/old'))).toBe('coded');
    expect(await kindOf(check('update', 'nothing'))).toBe('unsupported_path');
  });
});

describe('help', () => {
  it('describes a path as Vault does', async () => {
    const answer = await backendOf().handleRequest(request('help', 'thing/a'));
    expect(answer?.data?.['help']).toBe(
      `Request:        thing/a
Matching Route: ^thing/(?P<name>\\w(([\\w-.]+)?\\w)?)$

A thing.

## PARAMETERS

    name (string)

        The name.

    size (int)

        <no description>

    tags (slice)

        <no description>

## DESCRIPTION

Longer.`,
    );
    expect(answer?.data?.['see_also']).toBeNull();
  });

  it('is to be had from a server that does not tell its version', async () => {
    const system: SystemView = {
      ...activeNode,
      serverVersion: async () => {
        throw new Error('unimplemented');
      },
    };
    const answer = await backendOf().handleRequest(request('help', '', {}, { system }));
    expect(answer?.data?.['openapi']).toMatchObject({ info: { version: 'unknown' } });
  });
});

describe('the rollback tick', () => {
  it('does the periodic work first, then old WAL entries, and all of them when it must', async () => {
    const storage = inMemoryStorage();
    const done: string[] = [];
    const backend = backendOf({
      periodic: async ({ immediate }) => {
        done.push(`periodic ${String(immediate)}`);
      },
      wal: {
        minAgeMs: 60_000,
        rollback: async (_context, kind, data) => {
          if (kind === 'bad') throw new Error('it breaks');
          done.push(`${kind} ${JSON.stringify(data)}`);
        },
      },
    });
    const at = (ageMs: number): { now: () => number } => ({ now: () => clock.now() - ageMs });
    await putWal(storage, at(120_000), 'old', { a: 1 });
    await putWal(storage, at(1_000), 'young', null);
    const committed = await putWal(storage, at(120_000), 'committed', null);
    await deleteWal(storage, committed);
    await backend.handleRequest(request('rollback', '', {}, { storage }));
    expect(done).toEqual(['periodic false', 'old {"a":1}']);
    await putWal(storage, at(0), 'bad', null);
    const failed = await backend.handleRequest(request('rollback', '', { immediate: true }, { storage }));
    // As Vault's framework answers; go-multierror writes the list.
    expect(failed).toEqual(errorResponse('1 error occurred:\n\t* error rolling back "bad" entry: it breaks\n\n'));
    expect(done.slice(2)).toEqual(['periodic true', 'young null']);
    expect(storage.keys()).toHaveLength(1);
  });

  it('leaves an entry alone until it is older than the least age, to the second', async () => {
    const rolledBack: string[] = [];
    const at = async (ageMs: number): Promise<void> => {
      const storage = inMemoryStorage();
      await putWal(storage, { now: () => clock.now() - ageMs }, `${ageMs}`, null);
      const backend = backendOf({
        wal: {
          rollback: async (_context, kind) => {
            rolledBack.push(kind);
          },
        },
      });
      await backend.handleRequest(request('rollback', '', {}, { storage }));
    };
    for (const ageMs of [0, 599_000, 600_000, 601_000]) await at(ageMs);
    expect(rolledBack).toEqual(['601000']);
  });

  it('keeps an entry that it cannot read, says so without its text, and goes on with the others', async () => {
    const storage = inMemoryStorage();
    await storage.put({ key: 'wal/0', value: Buffer.from('{"type":"s3cret') });
    await storage.put({ key: 'wal/1', value: Buffer.from('{"type":1,"data":"s3cret"}') });
    await storage.put({ key: 'wal/2', value: Buffer.from('{}\n') });
    const kinds: string[] = [];
    const warnings: LogFields[] = [];
    const backend = backendOf({
      logger: { ...silentLogger, warn: (_message, fields = {}) => warnings.push(fields) },
      wal: {
        rollback: async (_context, kind, data) => {
          kinds.push(`${kind}:${JSON.stringify(data)}`);
        },
      },
    });
    const answer = await backend.handleRequest(request('rollback', '', {}, { storage }));
    expect(answer).toEqual(
      errorResponse('2 errors occurred:\n\t* WAL entry "0" cannot be read\n\t* WAL entry "1" cannot be read\n\n'),
    );
    // What Go leaves out when it is empty, it takes for empty.
    expect(kinds).toEqual([':null']);
    expect(storage.keys()).toEqual(['wal/0', 'wal/1']);
    expect(warnings.map(({ id }) => id)).toEqual(['0', '1']);
  });

  it('leaves the rest of the log to the new active node once this one may not write', async () => {
    const storage = inMemoryStorage();
    await putWal(storage, { now: () => 0 }, 'a', null);
    await putWal(storage, { now: () => 0 }, 'b', null);
    let attempts = 0;
    const backend = backendOf({
      wal: {
        rollback: async () => {
          attempts++;
          throw new StorageError(`put: ${READ_ONLY_TEXT}`);
        },
      },
    });
    expect(await backend.handleRequest(request('rollback', '', {}, { storage }))).toBeUndefined();
    expect(attempts).toBe(1);
    expect(storage.keys()).toHaveLength(2);
  });

  it('stops between entries when the server gives up', async () => {
    const storage = inMemoryStorage();
    await putWal(storage, { now: () => 0 }, 'a', null);
    await putWal(storage, { now: () => 0 }, 'b', null);
    const giveUp = new AbortController();
    const backend = backendOf({
      wal: {
        rollback: async () => {
          giveUp.abort();
        },
      },
    });
    const tick = backend.handleRequest(request('rollback', '', {}, { storage, signal: giveUp.signal }));
    await expect(tick).rejects.toThrow(/aborted/);
    expect(storage.keys()).toHaveLength(1);
  });

  it('rolls the log back although the periodic work failed, and then fails as that did', async () => {
    const storage = inMemoryStorage();
    await putWal(storage, { now: () => 0 }, 'a', null);
    const backend = backendOf({
      periodic: async () => {
        throw new Error('the periodic work broke');
      },
      wal: { rollback: async () => undefined },
    });
    await expect(backend.handleRequest(request('rollback', '', {}, { storage }))).rejects.toThrow(/periodic work/);
    expect(await listWal(storage)).toEqual([]);
  });

  it('writes WAL entries as Vault reads them', async () => {
    const storage = inMemoryStorage();
    const id = await putWal(storage, clock, 'kind', { a: 1 });
    const entry = await storage.get(`wal/${id}`);
    expect(JSON.parse(Buffer.from(entry?.value ?? []).toString())).toEqual({
      type: 'kind',
      data: { a: 1 },
      created_at: 1_700_000_000,
    });
  });

  it('does nothing on a standby, and takes the loss of leadership for no failure', async () => {
    let ticks = 0;
    const backend = backendOf({
      periodic: async () => {
        ticks++;
        throw new StorageError(`put: ${READ_ONLY_TEXT}`);
      },
    });
    await backend.handleRequest(request('rollback', '', {}, { system: standby }));
    expect(ticks).toBe(0);
    expect(await backend.handleRequest(request('rollback', ''))).toBeUndefined();
    expect(ticks).toBe(1);
  });
});

describe('a path definition', () => {
  const help = { synopsis: '', description: '' };

  it.each([
    ['', /blank/],
    ['a(b', /missing \)/],
    ['a)b', /unexpected \)/],
    ['a[b', /missing ]/],
    ['a|*b', /nothing to repeat/],
    ['a**', /nested repetition/],
    ['((?P<n>a)|b)*', /a capture cannot be repeated/],
    ['(a*)*', /may be empty cannot be repeated/],
    ['(b|(a?|c)(?:d*))+', /may be empty cannot be repeated/],
    ['(\\w??){0,2}', /may be empty cannot be repeated/],
    ['(a+){0}{1}', /nested repetition/],
    ['((a){0,1}){2}', /may be empty cannot be repeated/],
    ['(?i)a', /flags are not supported/],
    ['[[:alpha:]]', /POSIX/],
    ['\\pL', /unsupported escape/],
    ['[b-a]', /invalid character class range/],
  ])('whose pattern is %j is refused', (pattern, reason) => {
    expect(() => definePath({ pattern, fields: {}, operations: {}, help })).toThrow(reason);
  });

  it('that creates without an existence check is refused', () => {
    const operations = { create: { handler: async () => undefined } };
    expect(() => definePath({ pattern: 'a', fields: {}, operations, help })).toThrow(/existence check/);
  });

  it('gives handlers the types of its fields, in the short form too', () => {
    const pathFields = { size: fields.int(), tags: fields.commaStringSlice(), at: fields.time() };
    definePath({
      pattern: 'a',
      fields: pathFields,
      operations: {
        read: {
          handler: async ({ data }) => {
            expectTypeOf(data.get('size')).toEqualTypeOf<number>();
            expectTypeOf(data.getOptional('tags')).toEqualTypeOf<readonly string[] | undefined>();
            expectTypeOf(data.get('at')).toEqualTypeOf<Date | undefined>();
            // @ts-expect-error: the path has no such field
            data.get('other');
            return undefined;
          },
        },
        delete: async (context) => {
          expectTypeOf(context).toEqualTypeOf<PathContext<typeof pathFields>>();
        },
      },
      help,
    });
  });

  it('takes a handler alone for the whole operation', async () => {
    const handler = async (): Promise<Response> => ({ data: { a: 1 } });
    const served = async (operation: typeof handler | { handler: typeof handler }): Promise<unknown[]> => {
      const paths = [
        definePath({ pattern: 'a', fields: {}, operations: { read: operation }, help: { synopsis: 'A.' } }),
      ];
      const backend = backendOf({ paths });
      return Promise.all(['read', 'help'].map((name) => backend.handleRequest(request(name, 'a'))));
    };
    const [answer, shown] = await served(handler);
    expect(answer).toEqual({ data: { a: 1 } });
    expect(shown).toMatchObject({ data: { openapi: { paths: { '/a': { get: { operationId: 'read-a' } } } } } });
    expect(shown).toEqual((await served({ handler }))[1]);
  });

  it('matches every path that its blocks can write', () => {
    const name = fc.stringMatching(/^\w([\w.-]{0,8}\w)?$/);
    const rest = fc.stringMatching(/^[^\n]{1,12}$/);
    const definition = definePath({
      pattern: `a/${genericName('name')}/${genericNameWithAt('at')}${optionalParam('rest')}`,
      fields: { name: fields.string(), at: fields.string(), rest: fields.string() },
      operations: {},
      help,
    });
    fc.assert(
      fc.property(name, name, fc.option(rest, { nil: '' }), (first, second, tail) => {
        const match = definition.regex.exec(`a/${first}/${second}${tail && `/${tail}`}`);
        expect({ ...match?.groups }).toEqual({ name: first, at: second, rest: tail === '' ? undefined : tail });
      }),
    );
  });
});

describe('a patch', () => {
  // Go's library takes nulls out of lists as well, which RFC 7396 does not.
  it('replaces a list as a whole, with its nulls', async () => {
    const path = definePath({
      pattern: 'a',
      fields: { list: fields.slice() },
      operations: { patch: { handler: async ({ data }) => ({ data: handlePatch(data, { list: [1, 2] }) }) } },
      help: { synopsis: '', description: '' },
    });
    const answer = await backendOf({ paths: [path] }).handleRequest(
      request('patch', 'a', { list: [null, { x: null }] }),
    );
    expect(answer?.data).toEqual({ list: [null, { x: null }] });
  });

  it('is brought into shape by the handler before it is merged', async () => {
    const path = definePath({
      pattern: 'a',
      fields: { size: fields.int() },
      operations: {
        patch: {
          handler: async ({ data }) => ({
            data: handlePatch(data, { config: { size: 1, kept: true } }, (config) => ({ config })),
          }),
        },
      },
      help: { synopsis: '', description: '' },
    });
    const answer = await backendOf({ paths: [path] }).handleRequest(request('patch', 'a', { size: '2' }));
    expect(answer?.data).toEqual({ config: { size: 2, kept: true } });
  });
});

describe('a record store', () => {
  const store = recordStore({
    prefix: 'thing/',
    codec: {
      encode: (text: string) => Buffer.from(JSON.stringify({ text })),
      decode: (bytes) => {
        const { text } = JSON.parse(Buffer.from(bytes).toString()) as { text?: string };
        if (text === undefined) throw new Error('invalid field: text');
        return text;
      },
    },
    sealWrap: true,
  });

  it('keeps records under its prefix, sealed if asked', async () => {
    const storage = inMemoryStorage();
    await store.put(storage, 'a/b', 'x');
    expect(await storage.get('thing/a/b')).toMatchObject({ sealWrap: true });
    expect(await store.get(storage, 'a/b')).toBe('x');
    expect(await store.list(storage, '')).toEqual(['a/']);
    expect(await store.list(storage, 'a/')).toEqual(['b']);
    await store.delete(storage, 'a/b');
    expect(await store.get(storage, 'a/b')).toBeUndefined();
  });

  it('says where a record is wrong, never what is in it', async () => {
    const storage = inMemoryStorage();
    await storage.put({ key: 'thing/a', value: Buffer.from('s3cret{') });
    await expect(store.get(storage, 'a')).rejects.toThrow('the record at "thing/a" cannot be read: not JSON');
    await storage.put({ key: 'thing/a', value: Buffer.from('{"password":"s3cret"}') });
    await expect(store.get(storage, 'a')).rejects.toThrow(
      'the record at "thing/a" cannot be read: invalid field: text',
    );
  });
});
