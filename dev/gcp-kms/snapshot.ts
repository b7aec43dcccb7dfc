import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { CryptoKey, CryptoKeyVersion, ImportJob, PendingImport, Rings } from './state.ts';

type StoredVersion = Omit<CryptoKeyVersion, 'material' | 'wrapped' | 'pending'> & {
  readonly material?: string;
  readonly pending?: Omit<PendingImport, 'result'> & { readonly material?: string; readonly failure?: string };
};
type StoredJob = Omit<ImportJob, 'publicKey' | 'privateKey'> & { readonly privateKey: string };

/** All key rings by resource name, as JSON can hold them; material is in base64. Access tokens are left out. */
export type RingsSnapshot = Readonly<
  Record<
    string,
    {
      readonly createdAt: number;
      readonly keys: readonly (Omit<CryptoKey, 'versions'> & { readonly versions: readonly StoredVersion[] })[];
      readonly importJobs: readonly StoredJob[];
    }
  >
>;

export function snapshotOf(rings: Rings): RingsSnapshot {
  return Object.fromEntries(
    [...rings].map(([name, { createdAt, keys, importJobs }]) => [
      name,
      {
        createdAt,
        keys: [...keys.values()].map((key) => ({ ...key, versions: key.versions.map(storedVersion) })),
        importJobs: [...importJobs.values()].map(({ publicKey: _public, privateKey, ...job }) => ({
          ...job,
          privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
        })),
      },
    ]),
  );
}

function storedVersion({ material, wrapped: _wrapped, pending, ...version }: CryptoKeyVersion): StoredVersion {
  const { result, ...rest } = pending ?? {};
  return {
    ...version,
    ...(material && { material: material.toString('base64') }),
    ...(pending && {
      pending: {
        ...(rest as Omit<PendingImport, 'result'>),
        ...(result && 'failure' in result ? result : { material: result?.material.toString('base64') ?? '' }),
      },
    }),
  };
}

/** Puts a snapshot beside what there is. Takes one that was JSON as well, which has no undefined members. */
export function loadSnapshot(rings: Rings, snapshot: RingsSnapshot): void {
  for (const [name, { createdAt, keys, importJobs }] of Object.entries(snapshot)) {
    rings.set(name, {
      name,
      createdAt,
      keys: new Map(keys.map((key) => [key.name, { ...key, versions: key.versions.map(loadedVersion) }])),
      importJobs: new Map(
        importJobs.map((job) => {
          const privateKey = createPrivateKey(job.privateKey);
          return [job.name, { ...job, privateKey, publicKey: createPublicKey(privateKey) }];
        }),
      ),
    });
  }
}

function loadedVersion({ material, pending, ...version }: StoredVersion): CryptoKeyVersion {
  const { failure, material: imported = '', ...rest } = pending ?? {};
  return {
    ...version,
    material: material === undefined ? undefined : Buffer.from(material, 'base64'),
    wrapped: undefined,
    pending: pending && {
      ...(rest as Omit<PendingImport, 'result'>),
      result: failure === undefined ? { material: Buffer.from(imported, 'base64') } : { failure },
    },
  };
}
