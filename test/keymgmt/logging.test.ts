import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, type LogFields, type Logger } from '../../src/support/logger.ts';
import {
  distributedKey,
  driversWith,
  PURPOSE,
  type DistributedKey,
  type TestClock,
} from '../support/distributed-key.ts';
import type { Engine } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

const CHANGED = 'changed a key in the KMS';
const FINISHED = 'finished an interrupted distribution';

interface Line {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly fields: LogFields;
}

describe('the log', () => {
  let clock: TestClock;
  let cloud: ModelCloud;
  let start: DistributedKey['start'];
  let engine: Engine;
  let lines: Line[];
  const logger: Logger = {
    ...silentLogger,
    info: (message, fields = {}) => void lines.push({ level: 'info', message, fields }),
    warn: (message, fields = {}) => void lines.push({ level: 'warn', message, fields }),
  };
  /** `level step version id` of the changes that were logged since the last time, each checked for what it has to carry. */
  const changes = (): string[] => {
    const made = lines.filter(({ message }) => message === CHANGED);
    lines = lines.filter(({ message }) => message !== CHANGED);
    for (const { fields } of made) expect(fields).toMatchObject({ key: 'k', kms: 'aws', duration_ms: 0 });
    return made.map(({ level, fields }) =>
      [level, fields['step'], fields['version'] ?? '-', fields['remote_id'] ?? '-'].join(' '),
    );
  };
  beforeEach(async () => {
    lines = [];
    ({ engine, cloud, clock, start } = await distributedKey({ distributed: false, logger }));
  });

  it('has one line per change in the KMS, and deletions are warnings', async () => {
    await engine.write('kms/aws/key/k', PURPOSE);
    expect(changes()).toEqual(['info create 1 key-1', 'info import 1 key-1', 'info set_current 1 key-1']);
    await engine.write('key/k/rotate');
    expect(changes()).toEqual(['info create 2 key-2', 'info import 2 key-2', 'info set_current 2 key-2']);
    await engine.write('key/k', { min_enabled_version: 2 });
    expect(changes()).toEqual(['info disable 1 key-1']);
    await engine.write('key/k', { min_enabled_version: 1 });
    expect(changes()).toEqual(['info enable 1 key-1']);
    await engine.request('delete', 'kms/aws/key/k');
    expect(changes()).toEqual(['warn remove_name - -', 'warn remove 1 key-1', 'warn remove 2 key-2']);
  });

  it('says before a repair what differs, and nothing where nothing does', async () => {
    await engine.write('kms/aws/key/k', PURPOSE);
    await engine.write('key/k/rotate');
    const differences = async (): Promise<readonly LogFields[]> => {
      lines = [];
      await engine.write('kms/aws/key/k/sync');
      return lines
        .filter(({ message }) => message.includes('differs from its desired state'))
        .map(({ fields }) => fields);
    };
    expect(await differences()).toEqual([]);
    for (const object of cloud.objects.values()) if (object.id === 'key-1') object.state = 'disabled';
    const [name = ''] = cloud.names.keys();
    (cloud.names as Map<string, string>).set(name, 'key-1');
    expect(await differences()).toEqual([
      {
        key: 'k',
        kms: 'aws',
        version: 1,
        remote_id: 'key-1',
        expected: 'enabled',
        observed: 'disabled',
        verdict: 'disabled',
      },
      { key: 'k', kms: 'aws', verdict: 'alias_moved', points_to: 'key-1' },
    ]);
    expect(await differences()).toEqual([]);
  });

  it('has the request ID of each KMS call', async () => {
    await engine.write('kms/aws/key/k', PURPOSE);
    await engine.request('delete', 'kms/aws/key/k');
    const ids = lines.filter(({ message }) => message === CHANGED).map(({ fields }) => fields['request_id']);
    // The model cloud numbers its calls.
    expect(ids).toEqual(cloud.calls.map((_call, index) => `request-${index + 1}`));
  });

  it('has no line for calls that change nothing', async () => {
    await engine.write('kms/aws/key/k', PURPOSE);
    for (const object of cloud.objects.values()) object.state = 'pending_deletion';
    (cloud.names as Map<string, string>).clear();
    changes();
    await engine.request('delete', 'kms/aws/key/k');
    expect(changes()).toEqual([]);
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
  });

  it('warns when an alias is moved from a KMS key without a record', async () => {
    await engine.write('kms/aws/key/k', PURPOSE);
    // A clone of the storage and of what the process knows; production has rotated, and its name points to what it made.
    const { name } = (await engine.read('kms/aws/key/k')) as { name: string };
    (cloud.names as Map<string, string>).set(name, 'made-by-production');
    changes();
    await engine.write('key/k/rotate');
    const taken = lines.filter(({ level }) => level === 'warn');
    expect(taken).toMatchObject([
      { message: CHANGED, fields: { step: 'set_current', version: 2, remote_id: 'key-2', name, taken: true } },
    ]);
  });

  it('has the changes of a tick and the distribution it finishes', async () => {
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'timeout' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    cloud.fault = () => undefined;
    changes();
    await engine.tick(false);
    expect(changes()).toEqual(['info import 1 key-1', 'info set_current 1 key-1']);
    expect(lines.filter(({ message }) => message === FINISHED)).toMatchObject([{ fields: { key: 'k', kms: 'aws' } }]);
  });

  it('has the deletion of an orphan', async () => {
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    cloud.fault = () => undefined;
    cloud.searchable = false;
    await engine.tick();
    cloud.searchable = true;
    clock.advance(60 * 60_000);
    changes();
    await engine.tick();
    expect(changes()).toEqual(['warn remove_orphan 1 key-1']);
  });

  it('does not report a request as interrupted when the tick waited for its lock', async () => {
    let meanwhile = async (): Promise<void> => undefined;
    engine = await start({
      drivers: driversWith(cloud, (client) => ({
        ...client,
        async perform(step, ...args) {
          if (step.action === 'import') await meanwhile();
          return client.perform(step, ...args);
        },
      })),
    });
    await engine.tick(false);
    let tick: Promise<void> | undefined;
    meanwhile = async () => {
      tick = engine.tick(false);
      // Until it waits for the key's lock, which the request holds.
      for (let turn = 0; turn < 20; turn++) await setImmediate();
    };
    await engine.write('kms/aws/key/k', PURPOSE);
    expect(tick).toBeDefined();
    await tick;
    expect(lines.filter(({ message }) => message === FINISHED)).toEqual([]);
    expect(cloud.calls).toHaveLength(3);
  });
});
