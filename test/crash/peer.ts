import type { ChildProcess } from 'node:child_process';

/** What the other process may ask of this one. */
export type Handlers = Readonly<Record<string, (argument: unknown) => unknown>>;

/** The process at the other end of the channel between a process and its child. */
export interface Peer {
  /** Asks it for something. @throws {Error} with its text where it fails, and when the channel closes */
  ask(what: string, argument: unknown): Promise<unknown>;
}

/** An end of the channel: a child as its parent has it, or the child's own `process`. */
type Channel = Pick<ChildProcess | NodeJS.Process, 'on' | 'send'>;

type Message =
  | { readonly question: number; readonly what: string; readonly argument: unknown }
  | { readonly answer: number; readonly value?: unknown; readonly error?: string };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Lets two processes ask each other, several things at a time. */
export function peer(channel: Channel, handlers: Handlers): Peer {
  const waiting = new Map<number, Waiting>();
  let questions = 0;
  const send = (message: Message): void => {
    // Whoever waits for a process that is gone learns of it by `disconnect`.
    channel.send?.(message, undefined, undefined, () => undefined);
  };
  const settle = async (message: Message): Promise<void> => {
    if ('answer' in message) {
      const asker = waiting.get(message.answer);
      waiting.delete(message.answer);
      if (message.error === undefined) asker?.resolve(message.value);
      else asker?.reject(new Error(message.error));
      return;
    }
    const { question, what, argument } = message;
    try {
      send({ answer: question, value: await handlers[what]?.(argument) });
    } catch (error) {
      send({ answer: question, error: String(error) });
    }
  };
  channel.on('message', (message) => void settle(message as Message));
  channel.on('disconnect', () => {
    for (const asker of waiting.values()) asker.reject(new Error('the other process is gone'));
    waiting.clear();
  });
  return {
    ask(what, argument) {
      return new Promise((resolve, reject) => {
        const question = ++questions;
        waiting.set(question, { resolve, reject });
        send({ question, what, argument });
      });
    },
  };
}
