import type { EventSender } from '../logical/index.ts';
import { EVENTS, type EventDefinition, type EventName } from './event-definitions.ts';

/** What an event of a type carries. */
export type EventFields<Name extends EventName> = Readonly<
  Record<(typeof EVENTS)[Name]['carries'][number], string | number | boolean>
>;

/** Tells subscribers at the server what has happened in a mount. */
export interface EngineEvents {
  /** Called once what it tells of is in storage. Returns at once and never throws. */
  send<Name extends EventName>(name: Name, fields: EventFields<Name>): void;
}

/** Makes the events of one mount; their metadata is that of Vault's own engines, and what each carries. */
export function engineEvents(sender: EventSender): EngineEvents {
  return {
    send(name, fields) {
      const { path, dataPath, modified }: EventDefinition = EVENTS[name];
      const values = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, String(value)]));
      const filled = (template: string): string =>
        template.replace(/:(\w+)/g, (_, field: string) => values[field] ?? '');
      sender.send(`keymgmt/${name}`, {
        path: filled(path),
        ...(dataPath === undefined ? {} : { data_path: filled(dataPath) }),
        operation: name,
        modified: String(modified),
        ...values,
      });
    },
  };
}
