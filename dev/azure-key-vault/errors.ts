/** An error response of Key Vault: `{"error": {"code", "message", "innererror": {"code"}}}`. */
export class KeyVaultError extends Error {
  readonly status: number;
  readonly code: string;
  /** `innererror.code` */
  readonly inner: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    inner?: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
    this.status = status;
    this.code = code;
    this.inner = inner;
    this.headers = headers;
  }
}

export const badParameter = (message: string): KeyVaultError => new KeyVaultError(400, 'BadParameter', message);

export const notSupported = (message: string): KeyVaultError => new KeyVaultError(400, 'NotSupported', message);

export const forbidden = (message: string, inner: string): KeyVaultError =>
  new KeyVaultError(403, 'Forbidden', message, inner);

export const conflict = (message: string, inner: string): KeyVaultError =>
  new KeyVaultError(409, 'Conflict', message, inner);

/** @param id `<name>` or `<name>/<version>` */
export const keyNotFound = (id: string): KeyVaultError =>
  new KeyVaultError(
    404,
    'KeyNotFound',
    `A key with (name/id) ${id} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );

export const deletedKeyNotFound = (name: string): KeyVaultError =>
  new KeyVaultError(404, 'KeyNotFound', `Deleted Key not found: ${name}`);
