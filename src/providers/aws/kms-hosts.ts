/** DNS suffixes of a partition: of the regional and of the dual-stack host names. */
type Suffixes = readonly [plain: string, dualStack: string];

/** Partitions by Region prefix; all other prefixes belong to the partition `aws`. */
const PARTITIONS: readonly (readonly [prefix: string, suffixes: Suffixes])[] = [
  ['us-isob-', ['sc2s.sgov.gov', 'api.aws.scloud']],
  ['us-isof-', ['csp.hci.ic.gov', 'api.aws.hci.ic.gov']],
  ['eu-isoe-', ['cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk']],
  ['us-iso-', ['c2s.ic.gov', 'api.aws.ic.gov']],
  ['eusc-', ['amazonaws.eu', 'api.amazonwebservices.eu']],
];
const AWS: Suffixes = ['amazonaws.com', 'api.aws'];
/** DNS suffixes that only AWS sign-in uses. */
const SIGN_IN = ['aws.amazon.com', 'amazonaws-us-gov.com', 'amazonaws-eusc.eu'];

/**
 * Whether a URL is an AWS KMS endpoint of the Region, by a host name that only AWS can own: regional, FIPS, dual-stack or
 * VPC endpoint; https on the default port.
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
/** Host names of STS, IAM Identity Center and AWS sign-in in any Region. Anchored: customers can own `sts.s3.…`. */
const CREDENTIAL_SERVICE = new RegExp(
  `^(?:(?:sts|oidc|portal\\.sso|signin)(?:-fips)?(?:\\.${REGION})?|${REGION}\\.signin(?:-fips)?)$`,
);

/** Whether a URL is an AWS service that issues credentials. */
export function isCredentialService({ protocol, hostname, port }: URL): boolean {
  if (protocol !== 'https:' || port !== '') return false;
  const suffixes = [AWS, ...PARTITIONS.map(([, each]) => each)].flat();
  const suffix = [...suffixes, ...SIGN_IN].find((each) => hostname.endsWith(`.${each}`));
  return suffix !== undefined && CREDENTIAL_SERVICE.test(hostname.slice(0, -suffix.length - 1));
}
