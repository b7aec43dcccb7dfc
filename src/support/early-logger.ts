import type { WallClock } from './clock.ts';
import { hclogLine } from './hclog-line.ts';
import { loggerOf, type Logger } from './logger.ts';

/**
 * Makes a logger that writes the lines of `hclogLogger` without winston: a process logs before it has loaded that,
 * and when it cannot load it.
 *
 * @param write - takes each finished line, with its newline, and returns when it is written
 */
export function earlyLogger(clock: WallClock, module: string, write: (line: string) => void): Logger {
  return loggerOf((level, message, fields) => {
    write(`${hclogLine({ level, message, module, fields, time: clock.now() })}\n`);
  });
}
