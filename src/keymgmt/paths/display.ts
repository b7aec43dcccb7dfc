/** Prefix of all operation ids in the OpenAPI document, as in Vault Enterprise. */
export const OPERATION_PREFIX = 'key-management';
