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
