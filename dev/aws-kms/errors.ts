/** An error response of AWS KMS: `{"__type": code, "message": message}` with an HTTP status. */
export class KmsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

export const invalid = (message: string): KmsError => new KmsError('ValidationException', message);

export const notFound = (arn: string, what: 'Key' | 'Alias' = 'Key'): KmsError =>
  new KmsError('NotFoundException', what === 'Key' ? `Key '${arn}' does not exist` : `Alias ${arn} is not found.`);

export const invalidState = (message: string): KmsError => new KmsError('KMSInvalidStateException', message);

export const unsupported = (message: string): KmsError => new KmsError('UnsupportedOperationException', message);

export const limitExceeded = (message: string): KmsError => new KmsError('LimitExceededException', message);

export const tagError = (message: string): KmsError => new KmsError('TagException', message);

export const invalidUsage = (message: string): KmsError => new KmsError('InvalidKeyUsageException', message);

/** AWS does not return why a ciphertext cannot be decrypted. */
export const invalidCiphertext = (message = ''): KmsError => new KmsError('InvalidCiphertextException', message);
