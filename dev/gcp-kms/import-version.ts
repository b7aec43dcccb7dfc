import type { KeyObject } from 'node:crypto';
import { openOaep, openRsaAesKeyWrap } from '../fake-cloud/unwrap.ts';
import { factsOf } from './algorithms.ts';
import { fingerprintOf, jobState } from './clock-effects.ts';
import type { Operation } from './context.ts';
import { ALGORITHMS, type Algorithm, type ImportMethod } from './enums.ts';
import { failedPrecondition, invalidArgument, notFound } from './errors.ts';
import { readInput } from './input.ts';
import { findKey, findRing, findVersion, parentOf } from './look-up.ts';
import { MALFORMED, unfitMaterial } from './material.ts';
import type { PendingImport } from './state.ts';
import { isReimportEligible, showVersion } from './views.ts';
import { addVersion } from './versions.ts';

/**
 * Imports material into a new version, or into one whose import has failed or whose material is destroyed. Whether the
 * material can be unwrapped shows later, in the state of the version.
 */
export const importCryptoKeyVersion: Operation = (context, { name: keyName, body }) => {
  const { algorithm, jobName, wrapped, versionName } = readImport(body);
  if (versionName !== undefined && parentOf(versionName) !== keyName) {
    throw invalidArgument('crypto_key_version must be a child of the parent.');
  }
  // "The create permission is only required on this key when creating a new CryptoKeyVersion."
  if (versionName === undefined) context.authorize('cloudkms.cryptoKeyVersions.create', keyName);
  else context.authorize('cloudkms.cryptoKeyVersions.update', versionName);
  context.authorize('cloudkms.importJobs.useToImport', jobName);

  const key = findKey(context, keyName);
  const job = findRing(context, parentOf(keyName)).importJobs.get(jobName);
  if (job === undefined) throw notFound(jobName, 'ImportJob');
  const state = jobState(job, context.now);
  if (state !== 'ACTIVE') throw failedPrecondition(`ImportJob ${jobName} is not active, current state is: ${state}.`);
  if (job.protectionLevel !== key.template.protectionLevel) {
    throw invalidArgument(
      `The protection level ${job.protectionLevel} of the ImportJob is not ${key.template.protectionLevel}, that of the CryptoKey.`,
    );
  }
  if (factsOf(algorithm).purpose !== key.purpose) {
    throw invalidArgument(`The algorithm ${algorithm} cannot be used with the purpose ${key.purpose}.`);
  }
  const { now, pending } = context;
  const target = versionName === undefined ? undefined : findVersion(context, versionName).version;
  if (target && !isReimportEligible(target)) {
    throw failedPrecondition(`${target.name} cannot be imported into, current state is: ${target.state}.`);
  }
  if (target?.fingerprint !== undefined && target.algorithm !== algorithm) {
    throw invalidArgument(`The algorithm must be ${target.algorithm}, as of the material that was imported first.`);
  }
  const result = open(job.method, job.privateKey, wrapped, algorithm, target?.fingerprint);
  const going: PendingImport = { doneAt: now + pending.importMs, readsLeft: pending.importReads, result };
  const begun = { state: 'PENDING_IMPORT', importJob: jobName, pending: going, wrapped, failure: undefined } as const;
  const version = target
    ? Object.assign(target, { ...begun, algorithm, destroyAt: undefined })
    : addVersion(key, { ...begun, algorithm, createdAt: now });
  return showVersion(version, context.show);
};

function readImport(body: Readonly<Record<string, unknown>>) {
  const input = readInput(
    body,
    (fields) => ({
      algorithm: fields.oneOf(ALGORITHMS, 'algorithm'),
      jobName: fields.text('importJob'),
      wrapped: fields.bytes('wrappedKey'),
      legacy: fields.bytes('rsaAesWrappedKey'),
      versionName: fields.text('cryptoKeyVersion'),
    }),
    ['parent'],
  );
  const { algorithm, jobName, versionName } = input;
  // No bytes are no field, in proto3.
  const wrapped = input.wrapped?.length ? input.wrapped : input.legacy;
  if (algorithm === undefined) throw invalidArgument('algorithm is required.');
  if (jobName === undefined || jobName === '') throw invalidArgument('import_job is required.');
  if (!wrapped?.length || (input.wrapped?.length && input.legacy?.length)) {
    throw invalidArgument('Either wrapped_key or rsa_aes_wrapped_key must be specified, and not both.');
  }
  return { algorithm, jobName, wrapped, versionName: versionName === '' ? undefined : versionName };
}

/** Reasons as in "Troubleshooting failed imports". */
function open(
  method: ImportMethod,
  privateKey: KeyObject,
  wrapped: Buffer,
  algorithm: Algorithm,
  before: string | undefined,
): PendingImport['result'] {
  const modulus = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const isEnvelope = method.endsWith('_AES_256');
  if (wrapped.length < modulus + (isEnvelope ? 16 : 0)) return { failure: 'Wrapped key is too short.' };
  if (isEnvelope && wrapped.length % 8 !== 0) return { failure: 'Wrapped key does not consist of 64-bit blocks.' };
  if (!isEnvelope && wrapped.length !== modulus) return { failure: 'Wrapped key has invalid length.' };
  try {
    const hash = method.includes('_SHA1') ? 'sha1' : 'sha256';
    const material = (isEnvelope ? openRsaAesKeyWrap : openOaep)(privateKey, hash, wrapped);
    const unfit = unfitMaterial(algorithm, material);
    if (unfit !== undefined) return { failure: unfit };
    if (before !== undefined && before !== fingerprintOf(material)) {
      return { failure: 'The key material does not match the key material that was imported first.' };
    }
    return { material };
  } catch {
    return { failure: MALFORMED };
  }
}
