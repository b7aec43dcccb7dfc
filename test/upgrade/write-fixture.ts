/**
 * `npx tsx test/upgrade/write-fixture.ts <file>`: writes the storage and the account that the engine of the first
 * format leaves, with keys in every state that it can be ended in. See fixtures/README.md.
 */
import { writeFile } from 'node:fs/promises';
import { buildFirstFormat } from './old-release.ts';
import { write, type ReleasedEngine } from './release.ts';
import { LIMITED_PROVIDER, newWorld, PROVIDER, type CrashPoint } from './world.ts';

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('name the file to write');

const PURPOSE = { purpose: 'encrypt,decrypt' };
const SECOND_MS = 1000;

const world = await newWorld();
const built = await buildFirstFormat();
let engine: ReleasedEngine = await world.start(built.release);
try {
  await write(engine, 'kms/aws', PROVIDER);
  await write(engine, 'kms/limited', LIMITED_PROVIDER);

  await newKey('plain', 3);
  await write(engine, 'kms/aws/key/plain', PURPOSE);
  await write(engine, 'key/plain', { min_enabled_version: 2 });

  await newKey('answer-lost', 2);
  await ending({ at: 'CreateKey', when: 'after' }, 'kms/aws/key/answer-lost', PURPOSE);

  await newKey('never-created', 2);
  await ending({ at: 'CreateKey', when: 'before' }, 'kms/aws/key/never-created', PURPOSE);

  await newKey('not-imported', 2);
  await ending({ at: 'GetParametersForImport', when: 'before' }, 'kms/aws/key/not-imported', PURPOSE);

  await newKey('removing', 2);
  await write(engine, 'kms/aws/key/removing', PURPOSE);
  await endingDelete({ at: 'ScheduleKeyDeletion', when: 'after' }, 'kms/aws/key/removing');

  await newKey('switch-unknown', 2);
  await write(engine, 'kms/aws/key/switch-unknown', PURPOSE);
  await ending({ at: 'DisableKey', when: 'after' }, 'key/switch-unknown', { min_enabled_version: 2 });
  await ending({ at: 'EnableKey', when: 'before' }, 'key/switch-unknown', { min_enabled_version: 1 });

  // Without permission to search, the attempt whose answer was lost becomes a possible orphan.
  await newKey('orphaned', 1);
  await ending({ at: 'CreateKey', when: 'after' }, 'kms/limited/key/orphaned', PURPOSE);
  await write(engine, 'kms/limited/key/orphaned', PURPOSE);

  // What is found nowhere, and was begun within the consistency window, is a possible orphan too.
  await newKey('within-window', 1);
  await ending({ at: 'CreateKey', when: 'before' }, 'kms/aws/key/within-window', PURPOSE);
  await write(engine, 'kms/aws/key/within-window', PURPOSE);

  // A sync that is told, within the window, that an object is not there: it is replaced, and its id is kept.
  await newKey('replaced', 1);
  await write(engine, 'kms/aws/key/replaced', PURPOSE);
  world.kms.faults.set(({ action }) =>
    action === 'DescribeKey'
      ? { when: 'before', error: { code: 'NotFoundException', message: 'injected', status: 400 } }
      : undefined,
  );
  await write(engine, 'kms/aws/key/replaced/sync');
  engine = await world.start(built.release);

  await newKey('undistributed', 2);
  await newKey('rsa', 2, 'rsa-2048');
  await newKey('ecdsa', 2, 'ecdsa-p256');
  // Its record is deleted and its material is not. This comes last: the next tick of that release would delete it.
  await newKey('half-deleted', 2);
  await write(engine, 'key/half-deleted', { deletion_allowed: true });
  await world.crash({ at: 'delete material/half-deleted/2', when: 'before' }, () =>
    engine.request('delete', 'key/half-deleted'),
  );
  await writeFile(target, `${JSON.stringify(await world.save(), undefined, 2)}\n`);
} finally {
  await built.discard();
  await world.kms.close();
}

async function newKey(name: string, versions: number, type = 'aes256-gcm96'): Promise<void> {
  world.advance(SECOND_MS);
  await write(engine, `key/${name}`, { type });
  for (let version = 1; version < versions; version++) await write(engine, `key/${name}/rotate`);
}

/** A write in the middle of which the process ends; the next one starts. */
async function ending(point: CrashPoint, path: string, data: object): Promise<void> {
  await world.crash(point, () => write(engine, path, data));
  engine = await world.start(built.release);
}

async function endingDelete(point: CrashPoint, path: string): Promise<void> {
  await world.crash(point, () => engine.request('delete', path));
  engine = await world.start(built.release);
}
