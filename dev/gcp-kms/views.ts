import { jobState } from './clock-effects.ts';
import { ALGORITHMS, IMPORT_JOB_STATES, IMPORT_METHODS, PROTECTION_LEVELS, PURPOSES, VERSION_STATES } from './enums.ts';
import type { ShowEnum } from './enums.ts';
import type { CryptoKey, CryptoKeyVersion, ImportJob, KeyRing } from './state.ts';

type Json = Readonly<Record<string, unknown>>;

/** RFC 3339 with nanoseconds, as Google writes a Timestamp. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000000Z');

export const showRing = ({ name, createdAt }: KeyRing): Json => ({ name, createTime: timestamp(createdAt) });

export function showKey(key: CryptoKey, show: ShowEnum): Json {
  const primary = key.versions.find(({ number }) => number === key.primary);
  const { algorithm, protectionLevel } = key.template;
  return {
    name: key.name,
    ...(primary && { primary: showVersion(primary, show) }),
    purpose: show(PURPOSES, key.purpose),
    createTime: timestamp(key.createdAt),
    versionTemplate: {
      protectionLevel: show(PROTECTION_LEVELS, protectionLevel),
      algorithm: show(ALGORITHMS, algorithm),
    },
    ...(Object.keys(key.labels).length > 0 && { labels: key.labels }),
    ...(key.importOnly && { importOnly: true }),
    destroyScheduledDuration: `${key.destroyScheduledMs / 1000}s`,
  };
}

export function showVersion(version: CryptoKeyVersion, show: ShowEnum): Json {
  const { state, destroyAt, importJob, importedAt, failure } = version;
  return {
    name: version.name,
    state: show(VERSION_STATES, state),
    createTime: timestamp(version.createdAt),
    protectionLevel: show(PROTECTION_LEVELS, version.protectionLevel),
    algorithm: show(ALGORITHMS, version.algorithm),
    ...(importJob === undefined && { generateTime: timestamp(version.createdAt) }),
    ...(importJob !== undefined && { importJob }),
    ...(importedAt !== undefined && { importTime: timestamp(importedAt) }),
    ...(state === 'IMPORT_FAILED' && { importFailureReason: failure }),
    ...(state === 'DESTROY_SCHEDULED' && { destroyTime: timestamp(destroyAt ?? 0) }),
    ...(state === 'DESTROYED' && { destroyEventTime: timestamp(destroyAt ?? 0) }),
    ...(isReimportEligible(version) && { reimportEligible: true }),
  };
}

export function isReimportEligible({ state, importJob }: CryptoKeyVersion): boolean {
  return importJob !== undefined && (state === 'DESTROYED' || state === 'IMPORT_FAILED');
}

/** @param isRead whether this is a read, which may take the job out of PENDING_GENERATION */
export function showJob(job: ImportJob, now: number, show: ShowEnum, isRead: boolean): Json {
  const state = jobState(job, now, isRead);
  return {
    name: job.name,
    importMethod: show(IMPORT_METHODS, job.method),
    protectionLevel: show(PROTECTION_LEVELS, job.protectionLevel),
    createTime: timestamp(job.createdAt),
    expireTime: timestamp(job.expiresAt),
    state: show(IMPORT_JOB_STATES, state),
    ...(state !== 'PENDING_GENERATION' && { generateTime: timestamp(job.generatedAt) }),
    ...(state === 'EXPIRED' && { expireEventTime: timestamp(job.expiresAt) }),
    ...(state === 'ACTIVE' && { publicKey: { pem: job.publicKey.export({ format: 'pem', type: 'spki' }) } }),
  };
}
