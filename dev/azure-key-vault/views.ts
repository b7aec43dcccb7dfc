import { materialDigest } from './key-material.ts';
import type { KeyOperation, KeyPhase, KeyType, Vault } from './state.ts';

/** A view of a key for tests, outside the API. */
export interface KeyView {
  readonly name: string;
  readonly phase: KeyPhase;
  /** In order of creation. */
  readonly versions: readonly VersionView[];
}

export interface VersionView {
  readonly id: string;
  readonly kty: KeyType;
  readonly keyOps: readonly KeyOperation[];
  readonly enabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** SHA-256 of the material, hexadecimal: of PKCS#8, or of the bytes of an AES key. */
  readonly materialDigest: string;
}

/** The keys of a vault in order of creation, deleted ones among them. */
export function keysIn(vault: Vault): readonly KeyView[] {
  return [...vault.keys.values()].map(({ name, phase, versions }) => ({
    name,
    phase,
    versions: versions.map(({ id, kty, keyOps, enabled, tags = {}, material }) => ({
      id,
      kty,
      keyOps,
      enabled,
      tags,
      materialDigest: materialDigest(material),
    })),
  }));
}
