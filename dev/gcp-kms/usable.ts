import { crc32c } from './crc32c.ts';
import type { Purpose } from './enums.ts';
import { failedPrecondition, invalidArgument } from './errors.ts';
import type { CryptoKey, CryptoKeyVersion } from './state.ts';

/** @throws {GoogleError} FAILED_PRECONDITION for a key of another purpose */
export function assertPurpose({ name, purpose }: CryptoKey, ...allowed: readonly Purpose[]): void {
  if (allowed.includes(purpose)) return;
  throw failedPrecondition(`${name} has the purpose ${purpose}, not ${allowed.join(' or ')}.`, 'KEY_PURPOSE', name);
}

/**
 * The material of a version that may be used. One that was disabled a moment ago may still be.
 *
 * @throws {GoogleError} FAILED_PRECONDITION, as Cloud KMS words it
 */
export function materialToUse(version: CryptoKeyVersion): Buffer {
  const { name, state, material } = version;
  if (state === 'DISABLED' && version.usesLeft > 0 && material !== undefined) {
    version.usesLeft -= 1;
    return material;
  }
  if (state !== 'ENABLED' || material === undefined) {
    throw failedPrecondition(`${name} is not enabled, current state is: ${state}.`, `KEY_${state}`, name);
  }
  return material;
}

/** @throws {GoogleError} INVALID_ARGUMENT for a checksum that is not that of the bytes */
export function verifyChecksum(field: string, bytes: Buffer, checksum: number | undefined): boolean {
  if (checksum !== undefined && checksum !== crc32c(bytes)) {
    throw invalidArgument(`The checksum in field ${field}_crc32c did not match the data in field ${field}.`);
  }
  return checksum !== undefined;
}
