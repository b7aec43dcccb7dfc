/** The environment of an operator who lets keys, and the server's own credentials, go to these endpoints. */
export function allowing(...endpoints: readonly (string | undefined)[]): {
  readonly KEYMGMT_ALLOWED_ENDPOINTS: string;
} {
  const entries = endpoints.filter((each) => each !== undefined).map((each) => `${each};ambient`);
  return { KEYMGMT_ALLOWED_ENDPOINTS: entries.join(',') };
}
