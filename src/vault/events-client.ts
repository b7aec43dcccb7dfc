import type { HostConnection } from '../goplugin/host-connection.ts';
import { isUnimplemented, RpcError } from '../goplugin/rpc-error.ts';
import type { EventSender } from '../logical/index.ts';
import { withinBudget, type Timer } from '../support/budget.ts';
import type { Logger } from '../support/logger.ts';
import { reasonOf } from '../support/reason-of.ts';
import type { EventsDefinition } from './generated/pb/Events.ts';

/** The events of one mount, on their way to the server. */
export interface EventsClient extends EventSender {
  /**
   * Waits for two seconds at most until the server has what was sent, and gives up the rest. Never fails.
   *
   * @param signal - aborted when the server no longer waits; undefined where it can be asked nothing
   */
  end(signal: AbortSignal | undefined): Promise<void>;
}

export interface EventsClientOptions {
  readonly connection: HostConnection;
  readonly service: EventsDefinition;
  readonly logger: Logger;
  readonly timer: Timer;
  /** Makes the id of an event (UUID). */
  readonly newId: () => string;
}

/** Events that wait for the server; with more of them the oldest is dropped. */
const MOST_WAITING = 1_000;
/** How long the server may take for one event, which it only hands on. */
const EVENT_MS = 2_000;
const END_MS = 2_000;
/** Vault's text while its events are not enabled: up to 1.14 they are an experiment. */
const NOT_ENABLED = 'event broker has not been started';

interface Event {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Takes events to the server one after the other, beside the work that they tell of. A server without events (OpenBao,
 * Vault before 1.13) says so to the first one, and is sent no other.
 */
export function eventsClient({ connection, service, logger, timer, newId }: EventsClientOptions): EventsClient {
  const waiting: Event[] = [];
  const ended = new AbortController();
  let isOff = false;
  let dropped = 0;
  let sending: Promise<void> | undefined;

  const sendOne = async (event: Event): Promise<void> => {
    try {
      const spent = (): Error => new Error(`the server did not take it within ${EVENT_MS / 1000} s`);
      await withinBudget({ timer, milliseconds: EVENT_MS, outer: ended.signal, spent }, (signal) =>
        connection.call(service.SendEvent, toMessage(event, newId()), { signal }),
      );
    } catch (error) {
      if (ended.signal.aborted) return;
      const takesNone = isUnimplemented(error) || (error instanceof RpcError && error.message.includes(NOT_ENABLED));
      if (takesNone) {
        isOff = true;
        waiting.length = 0;
        logger.debug('the server takes no events', { reason: reasonOf(error) });
      } else {
        logger.debug('an event was not sent', { event: event.type, reason: reasonOf(error) });
      }
    }
  };
  const sendAll = async (): Promise<void> => {
    for (let event = waiting.shift(); event; event = waiting.shift()) await sendOne(event);
    if (dropped > 0 && !isOff) logger.warn('events were dropped', { count: dropped });
    dropped = 0;
    sending = undefined;
  };

  return {
    send(type, metadata) {
      if (isOff || ended.signal.aborted) return;
      if (waiting.length >= MOST_WAITING) {
        waiting.shift();
        dropped++;
      }
      waiting.push({ type, metadata });
      sending ??= sendAll();
    },
    async end(signal) {
      const giveUp = (): void => {
        dropped += waiting.length;
        waiting.length = 0;
        ended.abort();
      };
      if (!signal || signal.aborted) {
        giveUp();
      } else {
        const cancel = timer(END_MS, giveUp);
        signal.addEventListener('abort', giveUp, { once: true });
        await sending;
        signal.removeEventListener('abort', giveUp);
        cancel();
      }
      ended.abort();
      await sending;
    },
  };
}

/** As the SDK for Go makes it (`logical.SendEvent`): all values are strings, as subscribers of Vault's engines expect. */
function toMessage(
  { type, metadata }: Event,
  id: string,
): Parameters<EventsDefinition['SendEvent']['requestSerialize']>[0] {
  const fields = Object.entries(metadata).map(([name, stringValue]) => [name, { stringValue }] as const);
  return { event_type: type, event: { id, metadata: { fields: Object.fromEntries(fields) } } };
}
