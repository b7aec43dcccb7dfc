/** The embedded AWS KMS. */
export type { LoggedCall } from './call-log.ts';
export type { Fault, FaultCall, Faults } from './faults.ts';
export { startKms, type Kms, type KmsOptions } from './kms.ts';
export type { KeyView } from './views.ts';
