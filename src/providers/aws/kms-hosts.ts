import { BlockList, isIP } from 'node:net';

/** DNS suffixes of a partition: of its host names, and of those that have IPv6 as well. */
type Suffixes = readonly [plain: string, dualStack: string];

/** Partitions by the Regions' prefix; those of the partition `aws` have many. */
const PARTITIONS: readonly (readonly [prefix: string, suffixes: Suffixes])[] = [
  ['us-isob-', ['sc2s.sgov.gov', 'api.aws.scloud']],
  ['us-isof-', ['csp.hci.ic.gov', 'api.aws.hci.ic.gov']],
  ['eu-isoe-', ['cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk']],
  ['us-iso-', ['c2s.ic.gov', 'api.aws.ic.gov']],
  ['eusc-', ['amazonaws.eu', 'api.amazonwebservices.eu']],
];
const AWS: Suffixes = ['amazonaws.com', 'api.aws'];
/** Where AWS's sign-in has names of its own. */
const SIGN_IN = ['aws.amazon.com', 'amazonaws-us-gov.com', 'amazonaws-eusc.eu'];

/** Where metadata services answer whoever asks from this machine: in IPv4, in IPv6, and as IPv4 within IPv6. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16);
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
LINK_LOCAL.addSubnet('fd00:ec2::', 32, 'ipv6');
LINK_LOCAL.addSubnet('::a9fe:0', 112, 'ipv6');
LINK_LOCAL.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
LINK_LOCAL.addSubnet('2002:a9fe::', 32, 'ipv6');

/**
 * Whether a URL leads to AWS KMS in a Region by a name that AWS gives to nobody else: regional, FIPS, dual-stack, or of
 * a VPC endpoint; https on the default port.
 */
export function isAwsKms({ protocol, hostname, port }: URL, region: string): boolean {
  if (protocol !== 'https:' || port !== '') return false;
  const [plain, dualStack] = PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? AWS;
  return ['kms', 'kms-fips'].some((service) => {
    const regional = `${service}.${region}`;
    if ([`${regional}.${plain}`, `${regional}.${dualStack}`].includes(hostname)) return true;
    const [endpoint = '', ...rest] = hostname.split('.');
    return endpoint.startsWith('vpce-') && rest.join('.') === `${regional}.vpce.${plain}`;
  });
}

const REGION = /[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}/.source;
/** Of STS, IAM Identity Center and AWS's sign-in, in any Region; below other names (`sts.s3.…`) are those of customers. */
const CREDENTIAL_SERVICE = new RegExp(
  `^(?:(?:sts|oidc|portal\\.sso|signin)(?:-fips)?(?:\\.${REGION})?|${REGION}\\.signin(?:-fips)?)$`,
);

/** Whether a URL leads to a service of AWS that gives credentials. */
export function isCredentialService({ protocol, hostname, port }: URL): boolean {
  if (protocol !== 'https:' || port !== '') return false;
  const suffixes = [AWS, ...PARTITIONS.map(([, each]) => each)].flat();
  const suffix = [...suffixes, ...SIGN_IN].find((each) => hostname.endsWith(`.${each}`));
  return suffix !== undefined && CREDENTIAL_SERVICE.test(hostname.slice(0, -suffix.length - 1));
}

/** Whether a URL names an address of a link, where metadata services are. */
export function isLinkLocal({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  return version !== 0 && LINK_LOCAL.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
