import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../servers/cached-binary.ts';

/** The list that `sha256sum --check SHA256SUMS` verifies. */
export const CHECKSUMS = 'SHA256SUMS';

/** Lists all files of a folder with their checksums, in the order of their names. */
export async function writeChecksums(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && entry.name !== CHECKSUMS).map(({ name }) => name);
  const lines = [];
  for (const name of names.sort()) lines.push(`${await sha256OfFile(join(folder, name))}  ${name}\n`);
  await writeFile(join(folder, CHECKSUMS), lines.join(''));
}
