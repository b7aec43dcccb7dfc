/** What ends a program in good order, however it ends. */
export interface Ending {
  /** From now on there is something to stop. */
  begun(stop: () => Promise<void>): void;
  /** Stops it, once, however often this is called. */
  end(): Promise<void>;
}

/** Stops what has begun when the user ends the program (Ctrl-C, SIGTERM, a closed terminal), then exits with 130. */
export function stopOnSignal(): Ending {
  let stop = async (): Promise<void> => undefined;
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= stop());
  const onSignal = (): void => {
    void end().finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return {
    begun(begun) {
      stop = begun;
    },
    end,
  };
}
