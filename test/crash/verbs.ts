import { KMS, type World } from './world.ts';

/** One thing that users ask for, and what must hold once it has been asked for again after a crash. */
export interface Verb {
  readonly name: string;
  /** What there is before; no crash happens here. */
  readonly prepare: (world: World) => Promise<void>;
  readonly perform: (world: World) => Promise<void>;
  /** What is not as asked, in words; nothing when all is. */
  readonly shortfall: (state: KeyState) => string | undefined;
}

/** The key as storage has it; undefined when there is none. */
export interface KeyState {
  readonly latest: number | undefined;
  readonly minimum: number | undefined;
  readonly distributed: boolean;
}

const create = (world: World): Promise<void> => world.write('key/k', { type: world.cloud.key.type });
const rotate = (world: World): Promise<void> => world.write('key/k/rotate');
const distribute = (world: World): Promise<void> =>
  world.write(`kms/${KMS}/key/k`, { purpose: world.cloud.key.purpose, protection: 'hsm' });
const minimum =
  (version: number) =>
  (world: World): Promise<void> =>
    world.write('key/k', { min_enabled_version: version });
const removeFromKms = (world: World): Promise<void> => world.remove(`kms/${KMS}/key/k`);
const inOrder =
  (...steps: readonly ((world: World) => Promise<void>)[]) =>
  async (world: World): Promise<void> => {
    for (const step of steps) await step(world);
  };
const unless = (holds: boolean, text: string): string | undefined => (holds ? undefined : text);

/** The verbs of the engine; every one of them is crashed at every call it makes. */
export const VERBS: readonly Verb[] = [
  {
    name: 'create',
    prepare: async () => undefined,
    perform: create,
    shortfall: ({ latest }) => unless(latest === 1, 'there is no key'),
  },
  {
    name: 'distribute 1 version',
    prepare: create,
    perform: distribute,
    shortfall: ({ distributed }) => unless(distributed, 'the key is not distributed'),
  },
  {
    name: 'distribute 3 versions, the first disabled',
    prepare: inOrder(create, rotate, rotate, minimum(2)),
    perform: distribute,
    shortfall: ({ distributed }) => unless(distributed, 'the key is not distributed'),
  },
  {
    name: 'rotate',
    prepare: inOrder(create, distribute),
    perform: rotate,
    shortfall: ({ latest }) => unless((latest ?? 0) >= 2, 'the key was not rotated'),
  },
  {
    name: 'rotate, in no KMS',
    prepare: create,
    perform: rotate,
    shortfall: ({ latest }) => unless((latest ?? 0) >= 2, 'the key was not rotated'),
  },
  {
    name: 'min_enabled_version up',
    prepare: inOrder(create, distribute, rotate, rotate),
    perform: minimum(3),
    shortfall: ({ minimum }) => unless(minimum === 3, 'min_enabled_version is not 3'),
  },
  {
    name: 'min_enabled_version down',
    prepare: inOrder(create, distribute, rotate, rotate, minimum(3)),
    perform: minimum(1),
    shortfall: ({ minimum }) => unless(minimum === 1, 'min_enabled_version is not 1'),
  },
  {
    name: 'remove',
    prepare: inOrder(create, distribute, rotate),
    perform: removeFromKms,
    shortfall: ({ distributed }) => unless(!distributed, 'the key is still distributed'),
  },
  {
    name: 'redistribute',
    prepare: inOrder(create, rotate, distribute, removeFromKms),
    perform: distribute,
    shortfall: ({ distributed }) => unless(distributed, 'the key is not distributed'),
  },
  {
    name: 'sync after drift',
    prepare: inOrder(create, distribute, rotate, (world) => world.kms.drift()),
    perform: (world) => world.write(`kms/${KMS}/key/k/sync`),
    shortfall: ({ distributed }) => unless(distributed, 'the key is not distributed'),
  },
  {
    name: 'delete',
    prepare: inOrder(create, rotate, (world) => world.write('key/k', { deletion_allowed: true })),
    perform: (world) => world.remove('key/k'),
    shortfall: ({ latest }) => unless(latest === undefined, 'the key is still there'),
  },
];
