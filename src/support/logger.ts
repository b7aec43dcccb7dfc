/** Values that a log line may carry beside its message. Never a key, a credential or a request body. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A leveled logger with constant messages and snake_case fields (HashiCorp: `hclog.Logger`). */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  with(fields: LogFields): Logger;
}

/** Levels of hclog. */
export type LogLevel = Exclude<keyof Logger, 'with'>;

/** Makes a logger of what takes a line; `bound` stands in each of them. */
export function loggerOf(
  log: (level: LogLevel, message: string, fields: LogFields) => void,
  bound: LogFields = {},
): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      log(level, message, fields ? { ...bound, ...fields } : bound);
    };
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => loggerOf(log, { ...bound, ...fields }),
  };
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLogger,
};
