import { BlockList, isIP } from 'node:net';

/** Address ranges of metadata services: IPv4, IPv6 (AWS, Google Cloud), and IPv4 embedded in IPv6. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16);
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
LINK_LOCAL.addSubnet('fd00:ec2::', 32, 'ipv6');
LINK_LOCAL.addSubnet('fd20:ce::', 32, 'ipv6');
LINK_LOCAL.addSubnet('::a9fe:0', 112, 'ipv6');
LINK_LOCAL.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
LINK_LOCAL.addSubnet('2002:a9fe::', 32, 'ipv6');

/** Whether the host of a URL is a link-local address, the range of metadata services. */
export function isLinkLocal({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  return version !== 0 && LINK_LOCAL.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
