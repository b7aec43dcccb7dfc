/**
 * The embedded KMS as a process of its own: `main.ts '<KmsOptions as JSON>'`, or with them in `KMS_OPTIONS`. Prints one
 * line, `{"url", "adminUrl", "pid"}`, when it is ready, and ends at SIGTERM or SIGINT. The admin endpoint is always open.
 */
import { startKms, type KmsOptions } from './kms.ts';

const options = JSON.parse(process.argv[2] ?? process.env['KMS_OPTIONS'] ?? '{"accessKeys": []}') as KmsOptions;
const kms = await startKms({ ...options, admin: true });
const stop = (): void => {
  void kms.close();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdout.write(`${JSON.stringify({ url: kms.url, adminUrl: kms.adminUrl, pid: process.pid })}\n`);
