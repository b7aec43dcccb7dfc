import { expect, it } from 'vitest';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { randomFrom } from '../cluster/random-from.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import { pluginProcesses } from '../support/server/plugin-processes.ts';
import type { Stage } from '../support/server/stage.ts';
import { violations } from '../support/server/violations.ts';
import { seedFrom } from '../support/seed.ts';

/** Crashes on each server; `make test-crash` tries them all, without a server. */
const SAMPLES = 6;
const SEED = seedFrom('CRASH_SEED');

/** Kills the plugin when it makes its nth call to the KMS from now, before or after the call's effect. */
function killAtCall(stage: Stage, nth: number, when: 'before' | 'after'): { readonly happened: () => boolean } {
  let calls = 0;
  let happened = false;
  stage.embedded.faults.set(() => {
    if (++calls !== nth) return undefined;
    const hold = async (): Promise<{ drop: boolean }> => {
      for (const pid of await pluginProcesses(stage.server.pid())) process.kill(pid, 'SIGKILL');
      happened = true;
      return { drop: true };
    };
    return { when, hold };
  });
  return { happened: () => happened };
}

onEachServer(`a plugin that is killed in the middle (CRASH_SEED=${SEED})`, (stage) => {
  const random = randomFrom(SEED);

  it('has a KMS to distribute to', async () => {
    expect((await stage().http('POST', 'keymgmt/kms/aws', stage().provider)).status).toBe(204);
  });

  for (let sample = 0; sample < SAMPLES; sample++) {
    const rotates = sample % 2 === 1;
    const nth = 1 + Math.floor(random() * 4);
    const when = random() < 0.5 ? 'before' : 'after';
    const title = `finishes a ${rotates ? 'rotation' : 'distribution'} that died ${when} call ${nth} to the KMS`;
    it(title, async () => {
      const name = `crash-${sample}`;
      const distribute = { purpose: 'encrypt,decrypt' };
      const path = rotates ? `keymgmt/key/${name}/rotate` : `keymgmt/kms/aws/key/${name}`;
      const ask = () => stage().http('POST', path, rotates ? undefined : distribute);
      await stage().http('POST', `keymgmt/key/${name}`, { type: 'aes256-gcm96' });
      if (rotates) await stage().http('POST', `keymgmt/kms/aws/key/${name}`, distribute);
      const kill = killAtCall(stage(), nth, when);
      await ask();
      expect(kill.happened()).toBe(true);
      stage().embedded.faults.clear();
      await waitUntil(
        'a new plugin answers',
        async () => (await stage().http('GET', `keymgmt/key/${name}`)).status === 200,
      );
      await waitUntil('the request succeeds', async () => (await ask()).status < 300);
      expect(await violations(stage(), name)).toEqual([]);
    });
  }
});
