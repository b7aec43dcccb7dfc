import type { KeyMaterial } from '../../crypto/key-material.ts';
import type { BackendContext } from '../../logical/index.ts';
import type { KmsClient, VersionTarget } from '../../providers/port.ts';
import type { Key } from '../keys/key.ts';
import type { Kms } from '../kms/kms.ts';
import type { Mount } from '../mount.ts';
import { remoteIds, type Distribution } from './distribution.ts';
import type { DistributionRef } from './distribution-store.ts';
import { versionLabels } from './labels.ts';
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

/** Cloud ids of this distribution: what a name in the cloud may point to and still be ours, the likeliest last. */
export function knownIds(distribution: Distribution): readonly string[] {
  const ids = remoteIds(distribution);
  const current = distribution.current === undefined ? undefined : ids[distribution.current];
  const all = [...(distribution.retired ?? []), ...Object.values(ids)];
  return current === undefined ? all : [...all.filter((id) => id !== current), current];
}

/** Reads a version's material; the caller destroys it. */
export function readMaterial(run: Run, version: number): Promise<KeyMaterial> {
  const { mount, context, ref } = run;
  return mount.materials.get(context.storage, ref.key, version, context.signal);
}
