import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCommand, works } from '../../dev/servers/run-command.ts';

const GO = await works('go', ['version']);
const FOLDER = fileURLToPath(new URL('proxy-oracle', import.meta.url));
const RECORDED = readFileSync(new URL('fixtures/proxy-rules.jsonl', import.meta.url), 'utf8');

it.skipIf(!GO)("the recorded answers are those of this machine's Go", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-oracle-'));
  try {
    const binary = join(folder, 'oracle');
    const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' };
    const built = await runCommand('go', ['build', '-buildvcs=false', '-o', binary, '.'], { cwd: FOLDER, env });
    expect(built).toMatchObject({ code: 0 });
    expect(execFileSync(binary, { input: RECORDED, encoding: 'utf8' })).toBe(RECORDED);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
