import type { CaseResult } from './case-result.ts';

/** What is known of one server and shows in no case. */
export interface KnownLimit {
  /** `Vault 1.11` say, or both servers' names. */
  readonly servers: string;
  readonly limit: string;
}

const SIGN: Readonly<Record<CaseResult['outcome'], string>> = { passed: '✓', failed: '✗', skipped: '–' };
const WORST_FIRST: readonly CaseResult['outcome'][] = ['failed', 'passed', 'skipped'];

/** The page about the servers, in Markdown: counts, known limits, and each case on each of `servers`. */
export function compatibilityPage(
  results: readonly CaseResult[],
  servers: readonly string[],
  limits: readonly KnownLimit[],
): string {
  const reasons = distinct(results.flatMap(({ reason }) => reason ?? []));
  const suites = distinct(results.map(({ suite }) => suite));
  return [
    '# Compatibility',
    '`make test-hosts` writes this page: it runs every case of `test/e2e` on each of these servers, with the plugin ' +
      'mounted and the embedded clouds.',
    table(
      ['server', 'passed', 'failed', 'skipped'],
      servers.map((server) => [server, ...counts(results.filter((result) => result.server === server))]),
    ),
    '## Known limits',
    table(
      ['server', 'limit'],
      limits.map(({ servers: whose, limit }) => [whose, limit]),
    ),
    '## Cases',
    '✓ passed, ✗ failed, – not for this server.',
    ...suites.flatMap((suite) => [
      `### ${escaped(suite)}`,
      suiteTable(
        results.filter((result) => result.suite === suite),
        servers,
        reasons,
      ),
    ]),
    reasons.map((reason, index) => `[^${index + 1}]: ${escaped(reason)}`).join('\n\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function counts(results: readonly CaseResult[]): readonly string[] {
  return (['passed', 'failed', 'skipped'] as const).map((outcome) =>
    String(results.filter((result) => result.outcome === outcome).length),
  );
}

function suiteTable(results: readonly CaseResult[], servers: readonly string[], reasons: readonly string[]): string {
  const rows = distinct(results.map(({ title }) => title)).map((title) => {
    const cells = servers.map((server) =>
      cell(
        results.filter((result) => result.title === title && result.server === server),
        reasons,
      ),
    );
    return [escaped(title), ...cells];
  });
  return table(['case', ...servers], rows);
}

// Random tests may share a title: one sign then stands for all, the worst of them.
function cell(results: readonly CaseResult[], reasons: readonly string[]): string {
  const outcome = WORST_FIRST.find((worst) => results.some((result) => result.outcome === worst));
  if (outcome === undefined) return '';
  const reason = results.find((result) => result.outcome === outcome)?.reason;
  return SIGN[outcome] + (reason === undefined ? '' : `[^${reasons.indexOf(reason) + 1}]`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const escaped = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\s+/g, ' ');

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
