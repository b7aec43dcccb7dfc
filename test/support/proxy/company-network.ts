import { afterAll, beforeAll } from 'vitest';
import { listen, readBody } from '../../../dev/fake-cloud/http.ts';
import { startKms, type Kms } from '../../../dev/aws-kms/kms.ts';
import { stsAnswer, type Temporary } from '../../providers/aws/ambient.ts';
import { certificateAuthority, type CertificateAuthority } from './certificate-authority.ts';
import { startConnectProxy, type ConnectProxy, type ConnectProxyOptions } from './connect-proxy.ts';
import { startTlsFront, type TlsFront } from './tls-front.ts';

export const REGION = 'eu-west-2';
/** AWS's own hosts, which no test may reach but through its proxy. */
export const KMS_HOST = `kms.${REGION}.amazonaws.com`;
export const STS_HOST = `sts.${REGION}.amazonaws.com`;
export const ACCESS_KEY = { accessKeyId: 'AKIA0BEHINDPROXY', secretAccessKey: 'a-secret-key-behind-a-proxy' };
/** What STS gives. */
export const TEMPORARY: Temporary = {
  accessKeyId: 'ASIA0BEHINDPROXY',
  secretAccessKey: 'a-secret-key-of-a-role',
  sessionToken: 'a-session-token-of-a-role',
};

/** A network that only a proxy leads out of; AWS KMS and STS have certificates of its own authority. */
export interface CompanyNetwork {
  readonly ca: CertificateAuthority;
  readonly kms: Kms;
  readonly kmsFront: TlsFront;
  readonly stsFront: TlsFront;
  /** What STS was asked. */
  stsRequests(): readonly URLSearchParams[];
  /** A proxy that leads to KMS and STS. */
  proxy(options?: Partial<ConnectProxyOptions>): Promise<ConnectProxy>;
  close(): Promise<void>;
}

export async function startCompanyNetwork(): Promise<CompanyNetwork> {
  const ca = certificateAuthority();
  const kms = await startKms({ accessKeys: [ACCESS_KEY, TEMPORARY] });
  const stsRequests: URLSearchParams[] = [];
  const sts = await listen(0, async (request, response) => {
    const form = new URLSearchParams((await readBody(request)).toString());
    stsRequests.push(form);
    response.end(stsAnswer(form.get('Action') ?? '', TEMPORARY));
  });
  const identity = ca.issue(KMS_HOST, STS_HOST);
  const kmsFront = await startTlsFront(identity, kms.url);
  const stsFront = await startTlsFront(identity, sts.url);
  return {
    ca,
    kms,
    kmsFront,
    stsFront,
    stsRequests: () => stsRequests,
    proxy: (options = {}) =>
      startConnectProxy({
        destinations: { [`${KMS_HOST}:443`]: kmsFront.port, [`${STS_HOST}:443`]: stsFront.port },
        ...options,
      }),
    async close() {
      await Promise.all([kmsFront.close(), stsFront.close(), kms.close(), sts.close()]);
      ca.remove();
    },
  };
}

/** One network for all tests of a file. */
export function useCompanyNetwork(): () => CompanyNetwork {
  let network: CompanyNetwork | undefined;
  beforeAll(async () => {
    network = await startCompanyNetwork();
  });
  afterAll(() => network?.close());
  return () => {
    if (!network) throw new Error('the network is started once the tests run');
    return network;
  };
}
