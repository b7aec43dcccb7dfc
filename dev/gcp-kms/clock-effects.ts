import { createHash } from 'node:crypto';
import type { CryptoKeyVersion, ImportJob, KeyRing } from './state.ts';

/** Applies what time has done: imports that are done, and scheduled destruction. */
export function applyTime(ring: KeyRing, now: number): void {
  for (const { versions } of ring.keys.values()) {
    for (const version of versions) {
      settleImport(version, now);
      if (version.state !== 'DESTROY_SCHEDULED' || now < (version.destroyAt ?? Infinity)) continue;
      version.state = 'DESTROYED';
      version.material = undefined;
    }
  }
}

/**
 * The state that a read of the job shows.
 *
 * @param isRead whether this is a read, which uses up one of those that show PENDING_GENERATION
 */
export function jobState(job: ImportJob, now: number, isRead = false): 'PENDING_GENERATION' | 'ACTIVE' | 'EXPIRED' {
  if (now >= job.expiresAt) return 'EXPIRED';
  if (job.readsLeft > 0) {
    if (isRead) job.readsLeft -= 1;
    return 'PENDING_GENERATION';
  }
  return now < job.generatedAt ? 'PENDING_GENERATION' : 'ACTIVE';
}

/** Uses up one of the reads that show PENDING_IMPORT. */
export function noteRead({ pending }: CryptoKeyVersion): void {
  if (pending !== undefined && pending.readsLeft > 0) pending.readsLeft -= 1;
}

/** Ends an import whose time has come. */
function settleImport(version: CryptoKeyVersion, now: number): void {
  const { pending } = version;
  if (pending === undefined || pending.readsLeft > 0 || now < pending.doneAt) return;
  version.pending = undefined;
  if ('failure' in pending.result) {
    version.state = 'IMPORT_FAILED';
    version.failure = pending.result.failure;
    return;
  }
  version.state = 'ENABLED';
  version.importedAt = now;
  version.material = pending.result.material;
  version.fingerprint = fingerprintOf(pending.result.material);
}

export function fingerprintOf(material: Buffer): string {
  return createHash('sha256').update(material).digest('hex');
}
