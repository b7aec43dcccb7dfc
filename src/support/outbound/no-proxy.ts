import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** A destination as {@link noProxy} takes it. */
export interface HostAndPort {
  /** Lower case; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

type Matcher = (host: string, port: string, address: string | undefined) => boolean;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * The destinations that no proxy is used for, by the rules of Go's `golang.org/x/net/http/httpproxy`, which Vault and its
 * plugins in Go follow: entries are separated by commas; `example.com` matches the host and its subdomains,
 * `.example.com` and `*.example.com` the subdomains only, an address or a range (CIDR) matches addresses; `host:port`
 * matches one port, and `*` everything. Names are not resolved. `localhost` and loopback addresses always match.
 */
export function noProxy(list: string): (target: HostAndPort) => boolean {
  const matchers = matchersOf(list);
  return ({ host, port }) => {
    const address = canonicalAddress(host);
    if (host === 'localhost' || (address !== undefined && LOOPBACK.check(address, familyOf(address)))) return true;
    return matchers.some((matches) => matches(host, String(port), address));
  };
}

function matchersOf(list: string): readonly Matcher[] {
  const matchers: Matcher[] = [];
  for (const entry of list.split(',').map((each) => each.trim().toLowerCase())) {
    if (entry === '*') return [() => true];
    const matcher = rangeMatcher(entry) ?? hostMatcher(entry);
    if (matcher) matchers.push(matcher);
  }
  return matchers;
}

function rangeMatcher(entry: string): Matcher | undefined {
  const [, network = '', length = ''] = /^([^/%]+)\/(\d+)$/.exec(entry) ?? [];
  const version = isIP(network);
  if (version === 0 || Number(length) > (version === 6 ? 128 : 32)) return undefined;
  const canonical = canonicalAddress(network) ?? network;
  // The range of an IPv4-mapped address covers IPv4 addresses, unless it is wider than all of them.
  const isMapped = version === 6 && isIPv4(canonical) && Number(length) >= 96;
  const [base, bits] = isMapped ? [canonical, Number(length) - 96] : [network, Number(length)];
  const range = new BlockList();
  range.addSubnet(base, bits, familyOf(base));
  return (_host, _port, address) =>
    address !== undefined && isIP(address) === isIP(base) && range.check(address, familyOf(address));
}

function hostMatcher(entry: string): Matcher | undefined {
  const [host, port] = split(entry);
  if (host === '') return undefined;
  const matchesPort = (asked: string): boolean => port === '' || port === asked;
  const own = canonicalAddress(host);
  if (own !== undefined) return (_host, asked, address) => address === own && matchesPort(asked);
  const suffix = host.replace(/^\*\./, '.');
  const domain = ascii(suffix.replace(/^\./, ''));
  const isWithHost = !suffix.startsWith('.');
  return (name, asked, address) =>
    address === undefined && (name.endsWith(`.${domain}`) || (isWithHost && name === domain)) && matchesPort(asked);
}

/** Splits `host:port`, `[address]:port` or `host`, as Go's `net.SplitHostPort` does. */
function split(entry: string): readonly [host: string, port: string] {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\][]*)\]|([^:\][]*)):([^:\][]*)$/.exec(entry) ?? [];
  return [bracketed ?? plain ?? entry, port];
}

/** One form for all ways to write an address; an IPv4-mapped IPv6 address is the IPv4 address. Undefined for a name. */
function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [, high = '', low = ''] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
  if (high === '') return address;
  return [high, low]
    .map((part) => parseInt(part, 16))
    .map((part) => `${part >> 8}.${part & 0xff}`)
    .join('.');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

function ascii(name: string): string {
  return /^[\0-\x7f]*$/.test(name) ? name : domainToASCII(name) || name;
}
