import { describe } from 'vitest';
import { exampleTest as it, happens, playOn, plays, press } from '../support/examples-page.ts';

describe.concurrent('the buttons', () => {
  it('that the viewer does not notice', async ({ expect, open }) => {
    const { page, errors } = await open('hlsjs.html');
    await playOn(page, 1);
    // one after the other: an edge that refuses one in five and every old token refuses replays, too
    await press(page, 'Refuse 1 request in 5');
    await happens(page, 'sent again: 200');
    await press(page, 'Undo everything');
    // a replay that is under way when the secret is rotated is refused, too
    await playOn(page, 2);
    await press(page, 'Rotate the secret');
    await happens(page, 'have a new secret');
    // the newest stands first
    await page.waitForFunction(() => {
      const happened = [...document.querySelectorAll('.log li')].map(({ textContent }) => textContent);
      const [secret, replay] = ['have a new secret', 'sent again: 200'].map((text) =>
        happened.findIndex((each) => each.includes(text)),
      );
      return replay! >= 0 && replay! < secret!;
    });
    await playOn(page, 2);
    await press(page, 'a whole folder');
    await page.locator('[data-tile="kinds"]', { hasText: /^\d+ per URL, [1-9]\d* per folder$/ }).waitFor();
    await playOn(page, 2);
    for (const button of ['one URL', '5 s ahead', '0.5 s late', 'Renew the tokens now']) {
      await press(page, button);
      await playOn(page, 2);
    }
    await press(page, 'Undo everything');
    await press(page, '30 s behind');
    await playOn(page, 2);
    await press(page, 'on time');
    await plays(page);
    const happened = await page.locator('.log li').allInnerTexts();
    expect(
      happened.filter((each) => each.includes('ERR_')),
      happened.join('\n'),
    ).toEqual([]);
    expect(errors).toEqual([]);
  });

  it.for([
    ['Deny the viewer', 'Log in', 'ERR_DENIED'],
    ['40 s', 'Undo everything', 'ERR_SIGNING_UNAVAILABLE'],
    ['30 s ahead', 'on time', 'ERR_TOKEN_REFUSED'],
  ] as const)('%s is reported, and after %s the film goes on', async ([break_, repair, code], { expect, open }) => {
    const { page, errors } = await open('hlsjs.html');
    await playOn(page, 1);
    await press(page, break_);
    await happens(page, code);
    const reported = await page.locator('.log li', { hasText: code }).first().innerText();
    expect(reported.split(code)).toHaveLength(2);
    await press(page, repair);
    await page.waitForFunction(() => Number(document.querySelector('[data-tile="tokens"]')!.textContent) > 0);
    await playOn(page, 25, 4); // more than was buffered
    await plays(page);
    expect(errors).toEqual([]);
  });
});
