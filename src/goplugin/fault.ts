import type { LogFields } from '../support/logger.ts';

/**
 * Describes an unexpected error for the log: its class, its message and where it was thrown. A SyntaxError quotes the
 * text that it could not parse, and a record may hold a key: its message is left out.
 */
export function describeFault(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const message = error instanceof SyntaxError ? undefined : error.message;
  return { error: error.name, error_message: message, at: stackFrames(error) };
}

// The head of a stack is the message, which may run over several lines.
function stackFrames(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.map((line) => line.trim().slice('at '.length)).join(' < ');
}
