import { Writable } from 'node:stream';
import { createLogger, format, transports } from 'winston';
import type { WallClock } from './clock.ts';
import { hclogLine } from './hclog-line.ts';
import { loggerOf, type LogFields, type Logger, type LogLevel } from './logger.ts';

/** The most severe first. */
const LEVELS: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3, trace: 4 };

/** The symbol under which winston's formats leave the finished line. */
const MESSAGE = Symbol.for('message');

export interface HclogLoggerOptions {
  readonly clock: WallClock;
  /** Name of what logs; shown by the server as `@module`. */
  readonly module: string;
  /** Lines of lower levels are dropped. @default trace, as the server has a filter of its own */
  readonly level?: LogLevel;
  /** Takes each finished line, with its newline, and returns when it is written. */
  readonly write: (line: string) => void;
}

/**
 * Makes a logger whose lines a go-plugin host takes over with their level and fields (hclog's JSON format). Each line
 * is out when the call returns: the last one before an exit is not lost.
 */
export function hclogLogger(options: HclogLoggerOptions): Logger {
  const { clock, module, write } = options;
  const toLine = format((info) => {
    const { level, message, fields } = info as unknown as { level: string; message: string; fields: LogFields };
    info[MESSAGE] = hclogLine({ level, message, module, fields, time: clock.now() });
    return info;
  });
  const sink = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      write(line);
      done();
    },
  });
  const winston = createLogger({
    levels: LEVELS,
    level: options.level ?? 'trace',
    format: toLine(),
    // winston declares its transports as interfaces, though they are classes.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: [new transports.Stream({ stream: sink, eol: '\n' })],
  });
  return loggerOf((level, message, fields) => {
    winston.log({ level, message, fields });
  });
}
