import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { proxyRules, type Route } from '../../src/support/outbound/proxy-rules.ts';

interface Recorded {
  readonly env: Readonly<Record<string, string>>;
  readonly urls: readonly string[];
  readonly proxies: readonly string[];
}

/** What Go's net/http answers; `proxy-oracle/main.go` says how it is recorded. */
const RECORDED = readFileSync(new URL('fixtures/proxy-rules.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const HTTPS = { protocol: 'https:', host: 'kms.eu-west-2.amazonaws.com', port: 443 } as const;

function routeOf(env: Readonly<Record<string, string>>, url: string): Route {
  const { protocol, hostname, port } = new URL(url);
  const isHttps = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return proxyRules(env)({ protocol: isHttps ? 'https:' : 'http:', host, port: Number(port || (isHttps ? 443 : 80)) });
}

/** A route as the recorded answers have it. */
function shown(route: Route): unknown {
  if (route.by !== 'proxy') return route.by === 'direct' ? '' : 'error';
  const { isTls, host, port, name, authorization } = route.proxy;
  return { isTls, host, port, name, authorization: authorization?.reveal() };
}

function expected(proxy: string): unknown {
  if (proxy === '' || proxy === 'error') return proxy;
  const { protocol, hostname, host, port, username, password } = new URL(proxy);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    isTls: protocol === 'https:',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    name: `${protocol}//${host}`,
    authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

describe('proxyRules', () => {
  it.each(RECORDED)('agrees with net/http on $env', ({ env, urls, proxies }) => {
    expect(urls.map((url) => [url, shown(routeOf(env, url))])).toEqual(
      urls.map((url, index) => [url, expected(proxies[index] ?? '')]),
    );
  });

  it.each([
    'socks5://proxy.example:1080',
    'ftp://proxy.example',
    'http://:3128',
    'http://proxy:port',
    'http://u:%zz@proxy',
  ])('refuses the proxy %s, and does not go around it', (value) => {
    const route = proxyRules({ https_proxy: value })(HTTPS);
    expect(route.by === 'none' && route.problem).toMatch(/^environment variable https_proxy /);
    expect(JSON.stringify(route)).not.toContain(value);
    expect(proxyRules({ https_proxy: value, NO_PROXY: '.amazonaws.com' })(HTTPS)).toEqual({ by: 'direct' });
  });

  it('shows no user and no password', () => {
    const route = proxyRules({ HTTPS_PROXY: 'http://a-user:a-password@proxy.example:3128' })(HTTPS);
    expect(route).toMatchObject({ by: 'proxy', proxy: { name: 'http://proxy.example:3128' } });
    expect(JSON.stringify(route)).not.toMatch(/a-user|a-password|Basic/);
  });
});
