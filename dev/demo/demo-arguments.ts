import { parseArgs } from 'node:util';
import { hostNamed, type Host } from '../servers/server-binary.ts';

/** What the Makefile hands over: `[vault|bao] [--provider=awskms]`. @throws {Error} for anything else */
export function demoArguments(): { readonly host: Host | undefined; readonly provider: string } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { provider: { type: 'string', default: 'awskms' } },
  });
  const [host] = positionals;
  return { host: host === undefined ? undefined : hostNamed(host), provider: values.provider };
}
