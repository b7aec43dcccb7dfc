/** Cleanup of a program, however it ends. */
export interface Ending {
  /** Sets what to stop. */
  begun(stop: () => Promise<void>): void;
  /** Stops it; later calls do nothing. */
  end(): Promise<void>;
}

/** Stops what was started when the user ends the program (Ctrl-C, SIGTERM, a closed terminal), then exits with 130. */
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
