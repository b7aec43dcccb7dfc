import type { Environment } from '../../support/outbound/proxy-rules.ts';

/**
 * Environment variable that lists the endpoints, besides the clouds' own, to which keys and credentials may be sent:
 * origins, separated by commas. The server's operator sets it, whereas any client whose policy permits it can write
 * `kms/<name>`. An entry that ends with `;ambient` may also receive the server's own credentials.
 */
export const ALLOW_LIST = 'KEYMGMT_ALLOWED_ENDPOINTS';
export const AMBIENT = 'ambient';

interface AllowedEndpoint {
  readonly origin: string;
  /** Whether the server's own credentials may be sent there. */
  readonly ambient: boolean;
}

/** Parses the allow list, or returns what is wrong with it. */
export function allowList(env: Environment): readonly AllowedEndpoint[] | string {
  const entries: AllowedEndpoint[] = [];
  for (const text of (env[ALLOW_LIST] ?? '').split(',').map((each) => each.trim())) {
    if (text === '') continue;
    const [origin = '', flag, ...rest] = text.split(';').map((each) => each.trim());
    const parsed = originOf(origin);
    if (!parsed || parsed.hostname.includes('*') || rest.length > 0 || (flag !== undefined && flag !== AMBIENT)) {
      return (
        `environment variable ${ALLOW_LIST} has an entry that is no endpoint: ` +
        `use https://host or http://host:port, with ;${AMBIENT} behind it where the server's own credentials may go there`
      );
    }
    entries.push({ origin: parsed.origin, ambient: flag === AMBIENT });
  }
  return entries;
}

/** Parses a URL of scheme, host and port only; undefined for any other text. */
export function originOf(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isOrigin = ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`;
  return isOrigin ? url : undefined;
}
