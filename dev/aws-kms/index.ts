/** The embedded AWS KMS, for the demo and tests. */
export { startKms } from './kms.ts';
