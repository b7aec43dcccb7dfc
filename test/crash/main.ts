/**
 * Kills the plugin with SIGKILL at every call that every verb makes to storage and KMS, before and after its effect, and
 * checks that what follows is whole: `make test-crash`. Arguments: a cloud (`aws`, `azure`, `gcp`), and a part of the verbs' names, to
 * try only those. CRASH_WORKERS is how many plugins run at a time: more pay off where each waits for its cloud.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { inParallel } from '../support/in-parallel.ts';
import { aws } from './aws/cloud.ts';
import { azure } from './azure/cloud.ts';
import type { CrashCloud } from './cloud.ts';
import { gcp } from './gcp/cloud.ts';
import { startKmsChild } from './kms-child.ts';
import { callsOf, tryPoint, type Policy, type Trial } from './try-point.ts';
import { VERBS } from './verbs.ts';
import type { Ground } from './world.ts';

const WORKERS = Number(process.env['CRASH_WORKERS'] ?? 3);
/** By the folder of their process. */
const CLOUDS: Readonly<Record<string, CrashCloud>> = {
  aws: aws as CrashCloud,
  azure: azure as CrashCloud,
  gcp: gcp as CrashCloud,
};
const [first = '', second = ''] = process.argv.slice(2);
const isCloud = Object.hasOwn(CLOUDS, first);
const only = isCloud ? second : first;
const folder = await mkdtemp(join(tmpdir(), 'crash-'));
const plugin = join(folder, 'keymgmt');
try {
  await bundlePlugin(plugin);
  for (const [name, cloud] of Object.entries(CLOUDS)) if (!isCloud || name === first) await crashOn(name, cloud);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function crashOn(name: string, cloud: CrashCloud): Promise<void> {
  const ground: Ground = { plugin, folder, cloud, kms: startKmsChild(name) };
  let failures = 0;
  let tried = 0;
  try {
    for (const policy of ['all', 'documented'] satisfies Policy[]) {
      for (const verb of VERBS.filter((each) => each.name.includes(only))) {
        if (verb.name.startsWith('sync') && policy === 'documented') continue;
        const calls = await callsOf(ground, verb, policy);
        const trials = calls.flatMap((action, call): Trial[] =>
          instants(cloud, action, policy).map((when) => ({ verb, policy, point: { call, when } })),
        );
        const before = failures;
        await inParallel(WORKERS, trials, async (trial) => {
          const wrong = await tryPoint(ground, trial);
          tried++;
          if (wrong.length === 0) return;
          failures++;
          const { call, when } = trial.point;
          process.stdout.write(`  FAILED ${when} call ${call} (${calls[call] ?? ''}): ${wrong.join('; ')}\n`);
        });
        const verdict = failures === before ? 'ok' : 'FAILED';
        process.stdout.write(`${verdict}  ${name}: ${verb.name}, ${policy} permissions: ${trials.length} points\n`);
      }
    }
  } finally {
    await ground.kms.end();
  }
  process.stdout.write(`crash points tried on ${name}: ${tried}, failures: ${failures}\n`);
  if (failures > 0 || tried === 0) process.exitCode = 1;
}

/** What the policy refuses has no effect after which to die. */
function instants(
  { beyondDocumented, withoutEffect }: CrashCloud,
  action: string,
  policy: Policy,
): readonly ('before' | 'after')[] {
  const isRefused = policy === 'documented' && beyondDocumented.includes(action);
  return isRefused || withoutEffect.includes(action) ? ['before'] : ['before', 'after'];
}
