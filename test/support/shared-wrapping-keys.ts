import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARED_FOLDER } from '../../dev/fake-cloud/wrapping-keys.ts';

/** Gives all processes of a run one folder for the wrapping keys of the embedded clouds, and removes it in the end. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'wrapping-keys-'));
  process.env[SHARED_FOLDER] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
