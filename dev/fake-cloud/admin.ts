import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoggedCall } from './call-log.ts';
import type { Fault, FaultCall, Faults } from './faults.ts';
import { answer, listen, readBody, type LoopbackServer } from './http.ts';
import { newPause, type Pause, type PauseRequest } from './pause.ts';

/** A fault for the calls that match; `nth` counts the calls that match the action since the rules were set, from 1. */
interface Rule extends Omit<Fault, 'hold'> {
  /** @default any */
  readonly action?: string;
  /** @default every call */
  readonly nth?: number;
}

interface Administered<Call> {
  calls(): readonly LoggedCall[];
  /** What the fake holds, as JSON. @param query of the request, for fakes that hold more than one place */
  state(query: URLSearchParams): unknown;
  readonly faults: Faults<Call>;
}

/**
 * HTTP admin API of a fake cloud, for tests that run it in another process. JSON in and out:
 *
 *     POST   /faults {rules: [{action?, nth?, when, error?, drop?, hang?}]}   the first matching rule applies
 *     DELETE /faults                                                          clears faults and pause; a held call continues
 *     POST   /pause {nth, when, action?}   holds the nth call from now, before or after its effect
 *     GET    /paused                       responds with the call once it is held
 *     POST   /resume {drop?}               resumes the call; drop: true closes its connection instead
 *     GET    /calls                        all calls
 *     GET    /state?…                      what the fake holds
 */
export async function startAdmin<Call extends FaultCall>(cloud: Administered<Call>): Promise<LoopbackServer> {
  let rules: readonly (Rule & { seen: number })[] = [];
  let pause: Pause<Call> | undefined;
  cloud.faults.set((call) => pause?.choose(call) ?? ruleFor(rules, call));

  const routes: Readonly<Record<string, (body: Readonly<Record<string, unknown>>, query: URLSearchParams) => unknown>> =
    {
      'POST /faults': (body) => {
        rules = (body['rules'] as readonly Rule[]).map((rule) => ({ ...rule, seen: 0 }));
      },
      'DELETE /faults': () => {
        rules = [];
        pause?.resume({});
        pause = undefined;
      },
      'POST /pause': (body) => {
        pause?.resume({});
        pause = newPause(body as unknown as PauseRequest);
      },
      'GET /paused': () => pause?.reached,
      'POST /resume': (body) => {
        pause?.resume({ drop: body['drop'] === true });
        pause = undefined;
      },
      'GET /calls': () => cloud.calls(),
      'GET /state': (_body, query) => cloud.state(query),
    };

  return listen(0, async (request: IncomingMessage, response: ServerResponse) => {
    const text = (await readBody(request)).toString();
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = routes[`${request.method ?? ''} ${url.pathname}`];
    if (route === undefined) {
      answer(response, 404, { error: 'no such endpoint' }, JSON_TYPE);
      return;
    }
    try {
      const body = text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
      answer(response, 200, (await route(body, url.searchParams)) ?? {}, JSON_TYPE);
    } catch (error) {
      answer(response, 400, { error: String(error) }, JSON_TYPE);
    }
  });
}

const JSON_TYPE = 'application/json';

function ruleFor(rules: readonly (Rule & { seen: number })[], call: FaultCall): Fault | undefined {
  let struck: Fault | undefined;
  for (const rule of rules) {
    if (rule.action !== undefined && rule.action !== call.action) continue;
    rule.seen += 1;
    if (rule.nth === undefined || rule.nth === rule.seen) struck ??= rule;
  }
  return struck;
}
