import type { KeyMaterial } from '../../crypto/key-material.ts';
import type { BackendContext } from '../../logical/index.ts';
import type { KmsClient, VersionTarget } from '../../providers/port.ts';
import type { Key } from '../records/key.ts';
import type { Kms } from '../records/kms.ts';
import type { Mount } from '../mount.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { versionLabels } from '../records/labels.ts';
import type { Recorder } from './recorder.ts';

/** One run of the convergence, as its steps see it. */
export interface Run {
  readonly mount: Mount;
  readonly context: BackendContext;
  readonly ref: DistributionRef;
  readonly key: Key;
  readonly kms: Kms;
  readonly client: KmsClient;
  readonly record: Recorder;
  /** Attempts that this run has recorded but not begun. */
  readonly announced: Set<string>;
  /** Makes sure that the cloud is not ahead of storage; asks it once. @throws {BackendError} user_error when it is */
  readonly checkName: () => Promise<void>;
}

/** What an adapter is told of a version. */
export function versionTarget(run: Run, version: number): VersionTarget {
  const { mount, ref, key, record } = run;
  const distribution = record.current;
  const attempt = distribution.versions[version]?.attempt;
  if (attempt === undefined) throw new Error(`version ${version} has no attempt recorded`);
  return {
    keyName: ref.key,
    keyType: key.type,
    purposes: distribution.purpose,
    protection: distribution.protection,
    distributedName: distribution.name,
    version,
    attempt,
    labels: versionLabels(mount.id, ref, distribution.name, version),
  };
}

/** Cloud id of a version that is known to exist. */
export function remoteId(run: Run, version: number): string {
  const state = run.record.current.versions[version];
  if (state === undefined || state.state === 'creating') throw new Error(`version ${version} is not known to exist`);
  return state.remote_id;
}

/** Reads a version's material; the caller destroys it. */
export function readMaterial(run: Run, version: number): Promise<KeyMaterial> {
  const { mount, context, ref } = run;
  return mount.materials.get(context.storage, ref.key, version, context.signal);
}
