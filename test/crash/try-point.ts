import { setTimeout as delay } from 'node:timers/promises';
import { keyState, violations } from './check.ts';
import type { CrashPoint } from './gate.ts';
import type { Verb } from './verbs.ts';
import { newWorld, type Ground, type World } from './world.ts';

/** Between two looks at a cloud that needs time. */
const PAUSE_MS = 1_000;

/** Which permissions the plugin's credentials have. */
export type Policy = 'all' | 'documented';

/** One crash to try. */
export interface Trial {
  readonly verb: Verb;
  readonly policy: Policy;
  readonly point: CrashPoint;
}

/** Names of the calls that a verb makes when nothing happens to it, in order. */
export async function callsOf(ground: Ground, verb: Verb, policy: Policy): Promise<readonly string[]> {
  const world = await worldFor(ground, verb, policy);
  try {
    world.gate.arm(undefined, async () => undefined);
    await verb.perform(world);
    return [...world.gate.calls];
  } finally {
    await world.close();
  }
}

/**
 * Kills the plugin at the point, starts it again, lets the rollback tick run, and asks for the same thing again.
 *
 * @returns what is wrong, in words; nothing when all holds
 */
export async function tryPoint(ground: Ground, trial: Trial): Promise<readonly string[]> {
  const world = await worldFor(ground, trial.verb, trial.policy);
  const wrong = await crash(world, trial).catch((error: unknown) => [`failed: ${textOf(error)}`]);
  // Refused where the plugin has let out a secret.
  const refused = await world.close().then(
    () => [],
    (error: unknown) => [textOf(error)],
  );
  return [...wrong, ...refused];
}

async function crash(world: World, { verb, point }: Trial): Promise<readonly string[]> {
  // What drift there was before may still be there: then the request was undone.
  const before = new Set(await violations(world));
  const kills: CrashPoint[] = [];
  world.gate.arm(point, async () => {
    kills.push(point);
    await world.kill();
  });
  const outcome = await verb.perform(world).then(
    () => 'answered',
    () => 'not answered',
  );
  world.gate.disarm();
  if (kills.length === 0) return [`the point was never reached; the request was ${outcome}`];
  await world.restart();
  const patience = Date.now() + world.cloud.patienceMs;
  for (;;) {
    await world.tick();
    const afterTick = (await violations(world)).filter((text) => !before.has(text));
    if (afterTick.length === 0) break;
    if (Date.now() >= patience) return afterTick.map((text) => `after the tick: ${text}`);
    await delay(PAUSE_MS);
  }
  await verb.perform(world);
  const shortfall = verb.shortfall(await keyState(world));
  return [...(await violations(world)), ...(shortfall === undefined ? [] : [shortfall])].map(
    (text) => `after the request was repeated: ${text}`,
  );
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function worldFor(ground: Ground, verb: Verb, policy: Policy): Promise<World> {
  // Drift is made and seen with calls that are not among the documented ones.
  const world = await newWorld(ground, policy === 'all' ? undefined : ground.cloud.documented);
  await verb.prepare(world);
  return world;
}
