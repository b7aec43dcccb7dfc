/**
 * The fake Google Cloud KMS as a process of its own: `main.ts '<GcpKmsOptions as JSON>'`, or with them in
 * `GCP_KMS_OPTIONS`. Prints one line, `{"url", "identityUrl", "adminUrl", "pid"}`, when it is ready, and ends at SIGTERM or
 * SIGINT. The admin endpoint is always open.
 */
import { startGcpKms, type GcpKmsOptions } from './kms.ts';

const options = JSON.parse(
  process.argv[2] ?? process.env['GCP_KMS_OPTIONS'] ?? '{"serviceAccounts": []}',
) as GcpKmsOptions;
const kms = await startGcpKms({ ...options, admin: true });
const stop = (): void => {
  void kms.close();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
const { url, identityUrl, adminUrl } = kms;
process.stdout.write(`${JSON.stringify({ url, identityUrl, adminUrl, pid: process.pid })}\n`);
