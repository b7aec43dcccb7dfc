/**
 * Kills the plugin with SIGKILL at every call that every verb makes to storage and KMS, before and after its effect, and
 * checks that what follows is whole: `make test-crash`. Arguments: a part of the verbs' names, to try only those.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { inParallel } from '../support/in-parallel.ts';
import { startKmsChild } from './kms-child.ts';
import { callsOf, tryPoint, type Policy, type Trial } from './try-point.ts';
import { VERBS } from './verbs.ts';
import type { Ground } from './world.ts';

const WORKERS = 3;
/** Calls that the engine makes where it may, beyond the documented permissions. */
const BEYOND_DOCUMENTED = ['DescribeKey', 'ListKeys', 'ListResourceTags'];
const only = process.argv[2] ?? '';
const folder = await mkdtemp(join(tmpdir(), 'crash-'));
const plugin = join(folder, 'keymgmt');
const ground: Ground = { plugin, folder, kms: startKmsChild() };
let failures = 0;
let tried = 0;
try {
  await bundlePlugin(plugin);
  for (const policy of ['all', 'documented'] satisfies Policy[]) {
    for (const verb of VERBS.filter(({ name }) => name.includes(only))) {
      if (policy === 'documented' && verb.name.startsWith('sync')) continue;
      const calls = await callsOf(ground, verb, policy);
      const trials = calls.flatMap((action, call): Trial[] =>
        instants(action, policy).map((when) => ({ verb, policy, point: { call, when } })),
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
      process.stdout.write(`${verdict}  ${verb.name}, ${policy} permissions: ${trials.length} points\n`);
    }
  }
} finally {
  await ground.kms.end();
  await rm(folder, { recursive: true, force: true });
}
/** What the policy refuses has no effect after which to die. */
function instants(action: string, policy: Policy): readonly ('before' | 'after')[] {
  const isRefused = policy === 'documented' && BEYOND_DOCUMENTED.includes(action);
  return isRefused ? ['before'] : ['before', 'after'];
}

process.stdout.write(`crash points tried: ${tried}, failures: ${failures}\n`);
process.exitCode = failures === 0 && tried > 0 ? 0 : 1;
