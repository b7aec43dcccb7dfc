import { open, parseCiphertext, seal } from './ciphertext.ts';
import type { Operation } from './context.ts';
import { crc32c } from './crc32c.ts';
import { PROTECTION_LEVELS } from './enums.ts';
import { failedPrecondition, invalidArgument } from './errors.ts';
import { readInput } from './input.ts';
import { findKey, findVersion } from './look-up.ts';
import type { CryptoKey, CryptoKeyVersion } from './state.ts';
import { assertPurpose, materialToUse, verifyChecksum } from './usable.ts';

const KIB = 1024;

export const encrypt: Operation = (context, { name, body }) => {
  const { plaintext, additional, plaintextCrc32c, additionalCrc32c } = readInput(
    body,
    (fields) => ({
      plaintext: fields.bytes('plaintext') ?? Buffer.alloc(0),
      additional: fields.bytes('additionalAuthenticatedData') ?? Buffer.alloc(0),
      plaintextCrc32c: fields.integer('plaintextCrc32c'),
      additionalCrc32c: fields.integer('additionalAuthenticatedDataCrc32c'),
    }),
    ['name'],
  );
  context.authorize('cloudkms.cryptoKeyVersions.useToEncrypt', name);
  const { key, version } = name.includes('/cryptoKeyVersions/')
    ? findVersion(context, name)
    : withPrimary(findKey(context, name));
  assertPurpose(key, 'ENCRYPT_DECRYPT');
  const isHsm = version.protectionLevel === 'HSM';
  const tooLong = isHsm
    ? plaintext.length + additional.length > 8 * KIB
    : plaintext.length > 64 * KIB || additional.length > 64 * KIB;
  if (tooLong) throw invalidArgument(`The plaintext must be at most ${isHsm ? 8 : 64} KiB.`);
  const isVerified = verifyChecksum('plaintext', plaintext, plaintextCrc32c);
  const isAdditionalVerified = verifyChecksum('additional_authenticated_data', additional, additionalCrc32c);
  const sealed = seal(version.number, materialToUse(version), plaintext, additional);
  return {
    name: version.name,
    ciphertext: sealed.toString('base64'),
    ciphertextCrc32c: String(crc32c(sealed)),
    ...(isVerified && { verifiedPlaintextCrc32c: true }),
    ...(isAdditionalVerified && { verifiedAdditionalAuthenticatedDataCrc32c: true }),
    protectionLevel: context.show(PROTECTION_LEVELS, version.protectionLevel),
  };
};

/** The primary version; just after it was changed, that before. */
function withPrimary(key: CryptoKey): { readonly key: CryptoKey; readonly version: CryptoKeyVersion } {
  const former = key.formerPrimary;
  const isStale = former !== undefined && former.usesLeft > 0;
  if (isStale) former.usesLeft -= 1;
  const version = key.versions[(isStale ? former.number : (key.primary ?? 0)) - 1];
  if (version === undefined) throw failedPrecondition(`CryptoKey ${key.name} has no primary version.`);
  return { key, version };
}

export const decrypt: Operation = (context, { name, body }) => {
  const { ciphertext, additional, ciphertextCrc32c, additionalCrc32c } = readInput(
    body,
    (fields) => ({
      ciphertext: fields.bytes('ciphertext') ?? Buffer.alloc(0),
      additional: fields.bytes('additionalAuthenticatedData') ?? Buffer.alloc(0),
      ciphertextCrc32c: fields.integer('ciphertextCrc32c'),
      additionalCrc32c: fields.integer('additionalAuthenticatedDataCrc32c'),
    }),
    ['name'],
  );
  context.authorize('cloudkms.cryptoKeyVersions.useToDecrypt', name);
  const key = findKey(context, name);
  assertPurpose(key, 'ENCRYPT_DECRYPT');
  verifyChecksum('ciphertext', ciphertext, ciphertextCrc32c);
  verifyChecksum('additional_authenticated_data', additional, additionalCrc32c);
  const parsed = parseCiphertext(ciphertext);
  const version = key.versions[(parsed?.version ?? 0) - 1];
  if (parsed === undefined || version === undefined) throw wrongCiphertext();
  const material = materialToUse(version);
  let plaintext: Buffer;
  try {
    plaintext = open(parsed, material, additional);
  } catch {
    throw wrongCiphertext();
  }
  return {
    plaintext: plaintext.toString('base64'),
    plaintextCrc32c: String(crc32c(plaintext)),
    ...(key.primary === version.number && { usedPrimary: true }),
    protectionLevel: context.show(PROTECTION_LEVELS, version.protectionLevel),
  };
};

function wrongCiphertext(): Error {
  return invalidArgument(
    "Decryption failed: verify that 'name' refers to the correct CryptoKey, and that the ciphertext and additional authenticated data are correct.",
  );
}
