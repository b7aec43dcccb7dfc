import type { BackendContext } from '../../logical/index.ts';
import type { KmsClient, KmsDriver, Target } from '../../providers/port.ts';
import type { Mount } from '../mount.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import type { Key } from '../records/key.ts';
import type { Kms } from '../records/kms.ts';
import type { ReconcileStep } from '../reconcile-step.ts';
import { targetOf } from '../target.ts';
import { remainingSteps, usableWrappingKey } from './plan-input.ts';
import type { Recorder } from './recorder.ts';

/** One run of {@link reconcile}, as its steps see it. */
export interface Run {
  readonly mount: Mount;
  readonly context: BackendContext;
  readonly ref: DistributionRef;
  readonly key: Key;
  readonly driver: KmsDriver;
  readonly client: KmsClient;
  readonly record: Recorder;
  /** The record of the KMS; a step may change it. */
  kms: Kms;
  /** How many names this run has tried. */
  names: number;
  /** Makes sure that the cloud is not ahead of storage; asks it once. @throws {BackendError} user_error when it is */
  readonly checkName: () => Promise<void>;
}

/** What an adapter is told of the distribution, as the record stands. @param epoch that new objects are labelled with */
export function runTarget({ mount, context, ref, key, kms, record }: Run, epoch?: string): Target {
  return targetOf(mount, context, ref, { distribution: record.current, key, kms }, epoch);
}

/** What is left to do, as the record stands. An attempt that this run has not used yet is not to be looked for. */
export function stepsLeft({ mount, ref, key, kms, driver, record }: Run): readonly ReconcileStep[] {
  return remainingSteps({
    plan: driver.plan,
    key,
    keyName: ref.key,
    distribution: record.current,
    wrappingKey: usableWrappingKey(kms, mount.clock.now()),
    isLost: (version) => !record.isUnused(version),
  });
}
