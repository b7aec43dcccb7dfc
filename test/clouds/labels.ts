/** Labels that the engine gives its objects, by which models judge them. */
export const LABEL = {
  mount: 'vault-keymgmt-mount',
  key: 'vault-keymgmt-key',
  version: 'vault-keymgmt-version',
  attempt: 'vault-keymgmt-attempt',
} as const;
