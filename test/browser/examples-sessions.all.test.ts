import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it, playOn } from '../support/examples-page.ts';

/** The text in the picture of a player that has stopped. */
const notice = (page: Page): ReturnType<Page['locator']> => page.locator('.notice:not([hidden])');

/** Seconds from a press until the notice is there: five for the edge, five in the buffer, and a segment under way. */
const SOON_MS = 20_000;

describe.concurrent('the page of sessions', () => {
  it('sign out everywhere: both tabs end, another account plays on, and a log-in brings both back', async ({
    examples,
    expect,
    open,
  }) => {
    const first = await open('sessions.html');
    const second = await first.page.context().newPage();
    await second.goto(`${examples.url}sessions.html`);
    const stranger = await open('sessions.html');
    await Promise.all([first.page, second, stranger.page].map((page) => playOn(page, 2)));
    await first.page.locator('#sessions li', { hasText: 'Another tab' }).waitFor();
    await stranger.page.locator('.hint', { hasText: '1 of 3 places are taken.' }).waitFor();

    await first.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    for (const page of [first.page, second])
      await notice(page).getByText('You may not watch this film any more.').waitFor({ timeout: SOON_MS });
    await playOn(stranger.page, 1);
    expect(await notice(stranger.page).count()).toBe(0);

    for (const page of [first.page, second]) {
      await page.getByRole('button', { name: 'Log in again' }).click();
      await playOn(page, 2);
      expect(await notice(page).count()).toBe(0);
    }
    expect([...first.errors, ...stranger.errors]).toEqual([]);
  });

  it('one tab ended: that tab says so, the other plays on, and a closed tab frees its place', async ({
    examples,
    expect,
    open,
  }) => {
    const { page, errors } = await open('sessions.html');
    const other = await page.context().newPage();
    await other.goto(`${examples.url}sessions.html`);
    await Promise.all([page, other].map((each) => playOn(each, 1)));
    await page.getByRole('button', { name: 'End: Another tab' }).click();
    await notice(other).getByText('You were signed out in this tab.').waitFor({ timeout: SOON_MS });
    await playOn(page, 1);
    await page.locator('.hint', { hasText: '1 of 3 places are taken.' }).waitFor();
    await other.getByRole('button', { name: 'Log in again' }).click();
    await page.locator('.hint', { hasText: '2 of 3 places are taken.' }).waitFor();
    await other.close({ runBeforeUnload: true });
    // long before its place would be free by itself, and with a list that is looked at each second
    await page.locator('.hint', { hasText: '1 of 3 places are taken.' }).waitFor({ timeout: 6000 });
    expect(errors).toEqual([]);
  });
});
