import type { ProviderErrorReason } from '../errors.ts';

/** What each error code of AWS KMS (API reference, "Errors") and of the AWS request layer means to the engine. */
export const REASON_BY_CODE: Readonly<Record<string, ProviderErrorReason>> = {
  NotFoundException: 'not_found',
  AlreadyExistsException: 'already_exists',
  KMSInvalidStateException: 'invalid_state',
  DisabledException: 'invalid_state',
  ConflictException: 'invalid_state',

  AccessDeniedException: 'forbidden',
  AccessDenied: 'forbidden',
  KMSAccessDeniedException: 'forbidden',
  OptInRequired: 'forbidden',

  UnrecognizedClientException: 'unauthenticated',
  InvalidSignatureException: 'unauthenticated',
  SignatureDoesNotMatch: 'unauthenticated',
  IncompleteSignature: 'unauthenticated',
  IncompleteSignatureException: 'unauthenticated',
  MissingAuthenticationToken: 'unauthenticated',
  MissingAuthenticationTokenException: 'unauthenticated',
  InvalidClientTokenId: 'unauthenticated',
  ExpiredToken: 'unauthenticated',
  ExpiredTokenException: 'unauthenticated',
  RequestExpired: 'unauthenticated',
  CredentialsProviderError: 'unauthenticated',

  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',

  // A hard quota (keys, aliases of the account), not a rate: trying again changes nothing.
  LimitExceededException: 'invalid_request',
  ValidationException: 'invalid_request',
  ValidationError: 'invalid_request',
  InvalidArnException: 'invalid_request',
  InvalidAliasNameException: 'invalid_request',
  InvalidMarkerException: 'invalid_request',
  TagException: 'invalid_request',
  UnsupportedOperationException: 'invalid_request',
  MalformedPolicyDocumentException: 'invalid_request',
  IncorrectKeyMaterialException: 'invalid_request',
  InvalidCiphertextException: 'invalid_request',
  InvalidImportTokenException: 'invalid_request',
  ExpiredImportTokenException: 'invalid_request',

  DependencyTimeoutException: 'unavailable',
  KMSInternalException: 'unavailable',
  InternalFailure: 'unavailable',
  InternalFailureException: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  KeyUnavailableException: 'unavailable',

  RequestTimeout: 'timeout',
  RequestTimeoutException: 'timeout',
};
