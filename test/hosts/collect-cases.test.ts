import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCommand } from '../../dev/servers/run-command.ts';

const PRINT = fileURLToPath(new URL('fixtures/print-cases.ts', import.meta.url));

it('collects what each case came to on each server, and takes one that could not be set up as failed', async () => {
  const { stdout, stderr } = await runCommand(process.execPath, ['--import', 'tsx', PRINT]);
  const vault = { suite: 'a suite', server: 'Vault 1' };
  const bao = { suite: 'a suite', server: 'OpenBao 2' };
  expect(JSON.parse(stdout), stderr).toEqual([
    { ...vault, title: 'passes', outcome: 'passed' },
    { ...vault, title: 'fails', outcome: 'failed' },
    { ...vault, title: 'is left out', outcome: 'skipped' },
    { ...vault, title: 'leaves itself out', outcome: 'skipped', reason: 'not on this one' },
    { ...vault, title: 'within: is deeper', outcome: 'passed' },
    { ...bao, title: 'passes', outcome: 'failed' },
    { ...bao, title: 'within: is deeper', outcome: 'failed' },
  ]);
});
