/** `npm run dist:images`: writes the table of server images into docs/install.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { withImageTable } from './image-table.ts';

const page = fileURLToPath(new URL('../../docs/install.md', import.meta.url));
const text = withImageTable(await readFile(page, 'utf8'));
await writeFile(page, await format(text, { parser: 'markdown', printWidth: 120 }));
