import { spawnSync } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { hclogLogger } from '../../src/support/hclog-logger.ts';
import type { Logger } from '../../src/support/logger.ts';

function recorded(level?: 'info'): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) };
  const logger = hclogLogger({
    clock,
    module: 'keymgmt',
    ...(level && { level }),
    write: (line) => lines.push(line),
  });
  return { logger, lines };
}

const HEAD = { '@module': 'keymgmt', '@timestamp': '2026-01-02T03:04:05.678000Z' };

describe('the logger', () => {
  it('writes the line of a go-plugin host', () => {
    const { logger, lines } = recorded();
    logger.info('distributed key version', { key: 'a', version: 2, done: true });
    expect(lines).toEqual([
      '{"@level":"info","@message":"distributed key version","@module":"keymgmt",' +
        '"@timestamp":"2026-01-02T03:04:05.678000Z","key":"a","version":2,"done":true}\n',
    ]);
  });

  it('writes at once, in order, at each level', () => {
    const { logger, lines } = recorded();
    const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
    for (const level of levels) {
      logger[level](`at ${level}`);
      expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ '@level': level, '@message': `at ${level}`, ...HEAD });
    }
    expect(lines).toHaveLength(levels.length);
  });

  it('drops what is below its level', () => {
    const { logger, lines } = recorded('info');
    logger.debug('no');
    logger.warn('yes');
    expect(lines).toHaveLength(1);
  });

  it('adds bound fields, and lets a line replace them', () => {
    const { logger, lines } = recorded();
    logger.with({ mount: 'a', key: 'x' }).with({ kms: 'b' }).info('m', { key: 'y' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ mount: 'a', kms: 'b', key: 'y' });
  });

  it('never lets a field take the place of the fields that a host reads', () => {
    const { logger, lines } = recorded();
    logger.info('m', { '@level': 1, '@message': true, '@timestamp': 2, '@module': 3 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ '@level': 'info', '@message': 'm', ...HEAD });
  });

  it('keeps a text with newlines on one line', () => {
    const { logger, lines } = recorded();
    logger.info('a\nb\r\u2028', { text: 'c\nd' });
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ '@message': 'a\nb\r\u2028', text: 'c\nd' });
  });

  it.each([
    ['a long message', '\u0001'.repeat(100_000), {}],
    ['a long field', 'm', { text: '\u0001'.repeat(100_000) }],
    ['many fields', 'm', Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, '\u0001'.repeat(4_000)]))],
  ])('stays below 64 KiB with %s', (_, message, fields) => {
    const { logger, lines } = recorded();
    logger.error(message, fields);
    expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThan(64 * 1024);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ '@level': 'error', ...HEAD });
  });

  it('loses nothing that is logged right before the exit, however slow the reader', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    const source = (path: string): string =>
      JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)));
    try {
      writeFileSync(
        join(folder, 'entry.ts'),
        `import { nodeProcess } from ${source('goplugin/plugin-process.ts')};
        import { hclogLogger } from ${source('support/hclog-logger.ts')};
        const logger = hclogLogger({ clock: { now: () => 0 }, module: 'm', write: nodeProcess().writeStderr });
        for (let n = 0; n < 2_000; n++) logger.info('line', { n, pad: 'x'.repeat(200) });
        process.exit(3);`,
      );
      const outfile = join(folder, 'entry.cjs');
      await build({
        entryPoints: [join(folder, 'entry.ts')],
        outfile,
        bundle: true,
        platform: 'node',
        logLevel: 'error',
      });
      // The reader sleeps while the pipe, of 64 KiB, is full.
      const script = `node ${outfile} 2>&1 >/dev/null | { sleep 0.3; cat; }`;
      const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', maxBuffer: 2 ** 24 });
      const numbers = stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { n: number }).n);
      expect(numbers).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
