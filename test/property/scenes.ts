import fc from 'fast-check';
import { BackendError } from '../../src/logical/index.ts';
import type { Fault } from '../support/model-calls.ts';
import { Killed, lifeUntil, mortalStorage } from '../support/mortal.ts';
import type { World } from './world.ts';

type Action =
  | { readonly do: 'distribute' | 'rotate' | 'remove' | 'sync' | 'tick' }
  | { readonly do: 'minimum'; readonly version: number }
  /** What a stranger does to one of our objects in the cloud, or to the name. */
  | { readonly do: 'drift'; readonly change: string; readonly object: number };

/** One request, what the cloud does during it, and where the process dies in it. */
export interface Scene {
  readonly action: Action;
  /** By index of the cloud call within the scene. */
  readonly faults: Readonly<Record<number, Fault>>;
  readonly end: { readonly call: number; readonly when: 'before' | 'after' } | undefined;
  readonly searchable: boolean;
  /** An operation that the credentials do not allow in this scene. */
  readonly denied: string | undefined;
}

/** Any scene in a cloud, with what strangers may do there, and the operations that may be denied. */
export function arbitraryScene(drifts: readonly string[], operations: readonly string[]): fc.Arbitrary<Scene> {
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: 'distribute' } as const) },
    { weight: 3, arbitrary: fc.constant({ do: 'rotate' } as const) },
    { weight: 2, arbitrary: fc.constant({ do: 'remove' } as const) },
    { weight: 2, arbitrary: fc.constant({ do: 'tick' } as const) },
    { weight: 2, arbitrary: fc.constant({ do: 'sync' } as const) },
    { weight: 3, arbitrary: fc.nat({ max: 4 }).map((version) => ({ do: 'minimum', version }) as const) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('drift' as const),
        change: fc.constantFrom(...drifts),
        object: fc.nat({ max: 5 }),
      }),
    },
  );
  const fault: fc.Arbitrary<Fault> = fc.record({
    when: fc.constantFrom('before', 'after'),
    reason: fc.constantFrom('throttled', 'unavailable', 'timeout', 'forbidden', 'not_found'),
  });
  return fc.record({
    action,
    faults: fc.dictionary(fc.nat({ max: 8 }).map(String), fault, { maxKeys: 2 }),
    end: fc.option(fc.record({ call: fc.nat({ max: 25 }), when: fc.constantFrom('before', 'after') }), {
      nil: undefined,
      freq: 2,
    }),
    searchable: fc.boolean(),
    denied: fc.option(fc.constantFrom(...operations), { nil: undefined, freq: 4 }),
  });
}

/** Plays a scene; whatever the request ends with, the process may have died in it. */
export async function play(world: World, { action, faults, end, searchable, denied }: Scene): Promise<void> {
  const { cloud, storage, clock } = world;
  if (action.do === 'drift') {
    await cloud.drift(action.change, action.object);
    return;
  }
  const life = lifeUntil(end);
  let calls = 0;
  cloud.searchable = searchable;
  cloud.fault = (operation) => {
    if (life.diesBefore()) return { when: 'before', reason: 'unavailable' };
    if (life.diesAfter()) return { when: 'after', reason: 'unavailable' };
    const fault = faults[calls++];
    return operation === denied ? { when: 'before', reason: 'forbidden' } : fault;
  };
  // The engine of the last scene lives on unless it was killed; its storage is its own.
  if (end !== undefined) {
    world.engine = await world.start(mortalStorage(storage, life));
  }
  await perform(world, action).catch((error: unknown) => {
    if (!(error instanceof Killed) && !(error instanceof BackendError)) throw error;
  });
  clock.advance(1000);
  if (end !== undefined) world.engine = await world.start();
}

async function perform({ engine, cloud }: World, action: Exclude<Action, { do: 'drift' }>): Promise<void> {
  switch (action.do) {
    case 'distribute':
      await engine.write('kms/cloud/key/k', { purpose: cloud.key?.purpose ?? 'encrypt,decrypt' });
      return;
    case 'rotate':
      await engine.write('key/k/rotate');
      return;
    case 'minimum':
      await engine.write('key/k', { min_enabled_version: action.version });
      return;
    case 'remove':
      await engine.request('delete', 'kms/cloud/key/k');
      return;
    case 'sync':
      await engine.write('kms/cloud/key/k/sync');
      return;
    case 'tick':
      await engine.tick();
  }
}
