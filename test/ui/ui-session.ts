import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { linkEngine, SCRIPT } from './link-engine.ts';

declare global {
  // What playwright-core's types take from the DOM's, which are not loaded: they would make its globals known everywhere.
  interface Node {
    readonly nodeName: string;
  }
  interface HTMLElement extends Node {
    readonly title: string;
  }
  interface SVGElement extends Node {
    readonly id: string;
  }
  interface HTMLElementTagNameMap {
    readonly div: HTMLElement;
  }
}

/** A request of the UI to the engine's mount, and its answer. */
export interface Exchange {
  readonly method: string;
  /** Below `/v1/keymgmt/`, without a query but `?list=true`. */
  readonly path: string;
  readonly status: number;
  readonly sent: Readonly<Record<string, unknown>> | undefined;
  readonly answer: string;
}

/** A browser window of its own at the UI of one server, with what it asked and what it complained about. */
export interface UiSession {
  readonly page: Page;
  readonly exchanges: readonly Exchange[];
  /** Errors of the UI's console and exceptions in its code, but for answers that are in `exchanges` anyway. */
  readonly complaints: readonly string[];
  /** Answers of other paths of the server, such as `sys/internal/ui/mounts`, whose status is 400 or above. */
  readonly refusals: readonly string[];
  /** Waits until the page has asked for nothing for half a second since it was loaded. */
  settled(): Promise<void>;
  /** Saves what the window shows. @returns the file */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

export interface UiSessionOptions {
  /** Whether the UI lists the engine, by the change of docs/ui.md. */
  readonly linked: boolean;
  /** Gets to see every answer of the engine. */
  readonly hear: (what: string, text: string) => void;
}

// In milliseconds. A distribution waits for the RSA keys that the embedded KMS generates.
const PATIENCE = 40_000;
const MOUNT = 'keymgmt/';

/** Opens the UI and signs in with a token. @throws {Error} when the UI's script cannot be changed as docs/ui.md says */
export async function openUi(
  browser: Browser,
  address: string,
  token: string,
  { linked, hear }: UiSessionOptions,
): Promise<UiSession> {
  const exchanges: Exchange[] = [];
  const complaints: string[] = [];
  const refusals: string[] = [];
  const context = await browser.newContext({ baseURL: address, viewport: { width: 1280, height: 1100 } });
  context.setDefaultTimeout(PATIENCE);
  if (linked) {
    const body = linkEngine(await (await fetch(address + SCRIPT)).text());
    await context.route(`**${SCRIPT}`, (route) => route.fulfill({ body, contentType: 'text/javascript' }));
  }
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A browser says this of every answer above 399, whether the UI expects it or not.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('response', (response) => {
    const [, path] = /^\/v1\/(.*)$/.exec(new URL(response.url()).pathname) ?? [];
    if (path === undefined || path.startsWith(MOUNT) || response.status() < 400) return;
    refusals.push(`${response.request().method()} ${path}: ${response.status()}`);
  });
  // On the way, as a browser forgets the body of an answer when the page is left.
  await context.route(`**/v1/${MOUNT}**`, async (route) => {
    const request = route.request();
    const { pathname, searchParams } = new URL(request.url());
    const response = await route.fetch();
    const answer = await response.text();
    const path = pathname.slice(`/v1/${MOUNT}`.length);
    hear(`the answer to the UI's ${request.method()} ${path}`, answer);
    exchanges.push({
      method: request.method(),
      path: path + (searchParams.get('list') === 'true' ? '?list=true' : ''),
      status: response.status(),
      sent: request.postDataJSON() as Record<string, unknown> | undefined,
      answer,
    });
    await route.fulfill({ response });
  });
  const settled = (): Promise<void> => page.waitForLoadState('networkidle');

  await page.goto('/ui/vault/auth?with=token');
  await page.locator('input[name=token]').fill(token);
  await page.getByRole('button', { name: 'Sign In' }).click();
  await page.getByRole('heading', { name: 'Secrets Engines' }).waitFor();
  return {
    page,
    exchanges,
    complaints,
    refusals,
    settled,
    async screenshot(name) {
      const file = join(await mkdtemp(join(tmpdir(), 'keymgmt-ui-')), `${name}.png`);
      await page.screenshot({ path: file });
      return file;
    },
    async close() {
      await settled();
      await context.close();
    },
  };
}
