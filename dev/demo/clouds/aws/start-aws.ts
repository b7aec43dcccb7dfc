import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { startKms } from '../../../aws-kms/index.ts';
import type { DemoCloud } from '../../cloud.ts';
import { awsScenes } from './scenes.ts';

/** The Region of the demo's keys; the embedded KMS has all Regions. */
const REGION = 'us-west-2';

/** Starts an embedded AWS KMS with one user. */
export async function startAws(): Promise<DemoCloud> {
  // Suppresses the SDK's warning about this Node.js version.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const credentials = { accessKeyId: `AKIA${randomName(16)}`, secretAccessKey: randomBytes(30).toString('base64url') };
  const embedded = await startKms({ accessKeys: [credentials] });
  const endpoint = embedded.url;
  const kms = new KMSClient({ region: REGION, endpoint, credentials });
  return {
    ...{ provider: 'awskms', service: 'AWS KMS', name: 'AWS', kms: 'aws', keyCollection: REGION, endpoint },
    keyType: 'aes256-gcm96',
    allowed: [endpoint],
    secrets: { access_key: credentials.accessKeyId, secret_key: credentials.secretAccessKey },
    writeArguments: [
      'provider=awskms',
      `key_collection=${REGION}`,
      `credentials=access_key=${credentials.accessKeyId}`,
      `credentials=secret_key=${credentials.secretAccessKey}`,
      `credentials=endpoint=${endpoint}`,
    ],
    client: `const kms = new KMSClient({ region: '${REGION}', endpoint: '${endpoint}', credentials })`,
    scenes: awsScenes(kms),
    async close() {
      kms.destroy();
      await embedded.close();
    },
  };
}

// The alphabet of access key ids.
function randomName(length: number): string {
  return Array.from(randomBytes(length), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32)).join('');
}
