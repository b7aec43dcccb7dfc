import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The folder of the alerts, the dashboard and the scrape configuration. */
export const MONITORING = resolve(import.meta.dirname, '../../examples/monitoring');

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}

/** The expressions of the dashboard, with Grafana's own variable as it would fill it in. */
export async function dashboardExpressions(): Promise<readonly string[]> {
  const { panels } = JSON.parse(await readFile(join(MONITORING, 'dashboard.json'), 'utf8')) as Dashboard;
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '2m')));
}
