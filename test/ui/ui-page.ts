import type { Locator, Page } from 'playwright-core';

/** What a user does and sees, in the words of the UI. Each waits for what it names, at most as long as the page's patience. */
export interface UiPage {
  /** Follows a link, or a tab. */
  follow(name: string): Promise<void>;
  press(name: string): Promise<void>;
  fill(label: string, text: string): Promise<void>;
  /** Chooses from the options of a form's field. */
  select(label: string, option: string): Promise<void>;
  /** Ticks a box, or sets a radio button. */
  tick(label: string): Promise<void>;
  /** Chooses from the field that offers what the engine holds: keys, or providers. */
  pick(name: string): Promise<void>;
  /** Follows the link of a key or provider in a list. */
  followItem(name: string): Promise<void>;
  /** Types the name of what is to be deleted into the window that asks for it. */
  confirm(name: string): Promise<void>;
  heading(name: string): Promise<void>;
  shows(text: string): Promise<void>;
  /** A row of the details. */
  showsRow(label: string, value: string): Promise<void>;
  /** A message: in a form, or in the corner of the window. */
  tells(text: string | RegExp): Promise<void>;
}

export function uiPage(page: Page): UiPage {
  const exact = (role: 'button' | 'link', name: string): Locator => page.getByRole(role, { name, exact: true }).first();
  return {
    follow: (name) => exact('link', name).click(),
    press: (name) => exact('button', name).click(),
    fill: (label, text) => page.getByLabel(label, { exact: true }).fill(text),
    async select(label, option) {
      await page.getByLabel(label, { exact: true }).selectOption(option);
    },
    // The box itself lies below the picture of one.
    tick: (label) => page.locator('label').getByText(label, { exact: true }).click(),
    async pick(name) {
      await page.locator('form .ember-basic-dropdown-trigger').click();
      await page.getByRole('option', { name, exact: true }).click();
    },
    followItem: (name) => page.locator('.list-item-row').getByRole('link', { name, exact: true }).click(),
    async confirm(name) {
      await page.locator('.modal input').fill(name);
      await exact('button', 'Confirm').click();
    },
    heading: (name) => page.getByRole('heading', { name, exact: true }).waitFor(),
    shows: (text) => page.getByText(text, { exact: true }).first().waitFor(),
    showsRow: (label, value) =>
      page
        .locator('.info-table-row')
        .filter({ has: page.getByText(label, { exact: true }) })
        .filter({ has: page.getByText(value, { exact: true }) })
        .waitFor(),
    tells: (text) => page.getByText(text).first().waitFor(),
  };
}
