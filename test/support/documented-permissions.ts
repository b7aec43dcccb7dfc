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
