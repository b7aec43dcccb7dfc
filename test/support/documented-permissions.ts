/** The eleven IAM actions that Vault's documentation asks for, without `kms:`. */
export const DOCUMENTED_PERMISSIONS: readonly string[] = [
  'CreateKey',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'ListAliases',
  'TagResource',
];

/** What the engine does without, with less to say or repair. */
export const OPTIONAL_PERMISSIONS: readonly string[] = ['DescribeKey', 'ListKeys', 'ListResourceTags'];

/** All that `kms/:kms/check` probes. */
export const ALL_PERMISSIONS: readonly string[] = [...DOCUMENTED_PERMISSIONS, ...OPTIONAL_PERMISSIONS];

/** The nine permissions of Google Cloud that Vault's documentation asks for. */
export const GCP_DOCUMENTED_PERMISSIONS: readonly string[] = [
  'cloudkms.cryptoKeys.create',
  'cloudkms.cryptoKeys.update',
  'cloudkms.importJobs.create',
  'cloudkms.importJobs.get',
  'cloudkms.importJobs.useToImport',
  'cloudkms.cryptoKeyVersions.create',
  'cloudkms.cryptoKeyVersions.list',
  'cloudkms.cryptoKeyVersions.update',
  'cloudkms.cryptoKeyVersions.destroy',
];

export const GCP_OPTIONAL_PERMISSIONS: readonly string[] = ['cloudkms.cryptoKeys.get', 'cloudkms.cryptoKeys.list'];

/** The five key permissions of Azure Key Vault that Vault's documentation asks for. */
export const AZURE_DOCUMENTED_PERMISSIONS = ['create', 'delete', 'get', 'import', 'update'] as const;
