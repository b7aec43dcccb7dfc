/** How one end-to-end case went on one server. */
export interface CaseResult {
  readonly suite: string;
  readonly title: string;
  /** `Vault 1.21.1` say. */
  readonly server: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, where the test says so. */
  readonly reason?: string;
}
