/** Tells those who subscribe at the server what has happened in a mount (Vault: `logical.EventSender`). */
export interface EventSender {
  /**
   * Returns at once and never throws: an event may be lost, and changes nothing for the work that it tells of.
   *
   * @param type - such as `kv-v2/data-write`
   * @param metadata - the server puts the mount before `path` and `data_path`; whoever subscribes needs `subscribe` on `path`
   */
  send(type: string, metadata: Readonly<Record<string, string>>): void;
}

/** For a mount whose server takes no events. */
export const noEvents: EventSender = { send: () => undefined };
