import { secret, type Secret } from '../secret.ts';
import { noProxy, type HostAndPort } from './no-proxy.ts';

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An HTTP proxy of the environment. */
export interface Proxy {
  /** Whether the proxy itself is spoken to over TLS (`https://`). */
  readonly isTls: boolean;
  /** An IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `http://proxy.example.com:3128`: without user and password, for messages. */
  readonly name: string;
  /** The environment variable that has it, for messages. */
  readonly variable: string;
  /** The value of the header Proxy-Authorization. */
  readonly authorization: Secret<string> | undefined;
}

/** A destination of a request. */
export interface Target extends HostAndPort {
  readonly protocol: 'http:' | 'https:';
}

/** How a destination is reached. */
export type Route =
  | { readonly by: 'direct' }
  | { readonly by: 'proxy'; readonly proxy: Proxy }
  /** A proxy is set that cannot be used: variable and remedy. */
  | { readonly by: 'none'; readonly problem: string };

/**
 * Reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY as Go's `net/http` does, which Vault uses: the upper-case name goes before the
 * lower-case one, an empty value counts as none, `host:port` means `http://host:port`, and HTTP_PROXY is not used where
 * REQUEST_METHOD is set, as any client of a CGI program sets HTTP_PROXY by a header. Where Go ignores a proxy that it
 * cannot parse, this refuses: the operator wants no direct connection.
 */
export function proxyRules(env: Environment): (target: Target) => Route {
  const isExempt = noProxy(firstOf(env, ['NO_PROXY', 'no_proxy'])?.value ?? '');
  return (target) => {
    const isHttps = target.protocol === 'https:';
    const set = firstOf(env, isHttps ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']);
    if (set === undefined) return { by: 'direct' };
    if (!isHttps && env['REQUEST_METHOD']) {
      return { by: 'none', problem: `${set.name} is not used where REQUEST_METHOD is set (CGI): unset one of them` };
    }
    if (isExempt(target)) return { by: 'direct' };
    const proxy = parseProxy(set.value, set.name);
    if (proxy) return { by: 'proxy', proxy };
    return {
      by: 'none',
      problem:
        `environment variable ${set.name} is not the URL of an HTTP proxy: use http://host:port or https://host:port, ` +
        'with user:password@ before the host where the proxy asks for them (percent-encoded)',
    };
  };
}

function firstOf(env: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  return names.flatMap((name) => (env[name] ? [{ name, value: env[name] }] : []))[0];
}

function parseProxy(value: string, variable: string): Proxy | undefined {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, host, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const isTls = protocol === 'https:';
  const credentials = decoded(username, password);
  if (credentials === undefined) return undefined;
  return {
    isTls,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (isTls ? 443 : 80)),
    name: `${protocol}//${host}`,
    variable,
    authorization: username || password ? secret(`Basic ${Buffer.from(credentials).toString('base64')}`) : undefined,
  };
}

function decoded(username: string, password: string): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    // A percent sign that begins no encoded character.
    return undefined;
  }
}
