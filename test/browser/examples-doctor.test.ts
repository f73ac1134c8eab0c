import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it, playOn, press } from '../support/examples-page.ts';

const diagnosis = (page: Page, text: string) => page.locator('[data-diagnosis]', { hasText: text });

describe('the button that asks the doctor', () => {
  it('shows that nothing is wrong, then why an edge with a wrong clock refuses, and no token', async ({
    expect,
    open,
  }) => {
    const { page, errors, tokens } = await open('hlsjs.html');
    await playOn(page, 1);
    await press(page, 'Ask the doctor');
    await diagnosis(page, 'Nothing is wrong.').waitFor();

    await press(page, '30 s ahead');
    expect(await page.locator('[data-diagnosis]').innerText()).toBe('');
    await press(page, 'Ask the doctor');
    const first = page.locator('.findings li').first();
    await first.waitFor();
    // at least: a date has whole seconds, and an answer takes its time
    expect(await first.innerText()).toMatch(
      /^error edge-clock http.*\n+The clock of the edge is (?:2\d|30) s ahead.*\n+Run NTP/,
    );
    const html = await page.content();
    expect(tokens.filter((token) => html.includes(token))).toEqual([]);
    expect(errors).toEqual([]);
  });
});
