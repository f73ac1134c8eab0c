import { describe } from 'vitest';
import { exampleTest as it, happens, playOn, plays, playsUnseen, press } from '../support/examples-page.ts';

describe.concurrent('fetch.html', () => {
  it.for(['On demand', 'Live'])('plays %s', async (stream, { expect, open }) => {
    await playsUnseen(await open('fetch.html'), stream, expect);
  });

  it('what the viewer does not notice: a new secret, and one request in five refused', async ({ expect, open }) => {
    const { page, errors } = await open('fetch.html');
    await playOn(page, 1);
    await press(page, 'Rotate the secret');
    await happens(page, 'sent again: 200');
    await press(page, 'Refuse 1 request in 5');
    // past the twenty seconds of the recording, with more loaded than was buffered
    await playOn(page, 35, 4);
    await plays(page);
    expect(errors).toEqual([]);
  });

  it('goes on where SPF has left a hole in the picture, whose segments came later than those of the sound', async ({
    examples,
    expect,
    open,
  }) => {
    const { page, errors } = await open('');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route(/\/(?:hi|lo)\/(?:r\d+\/)?s00[5-9]\.m4s/, async (route) => {
      await released;
      // SPF may have given it up
      await route.continue().catch(() => undefined);
    });
    await page.goto(`${examples.url}fetch.html`);
    await page.waitForFunction(() => document.querySelector('video')!.currentTime > 0);
    await page.evaluate(() => (document.querySelector('video')!.playbackRate = 8));
    // the picture ends at 10, the sound three seconds later: at this speed past 15 on a busy machine, too
    await page.waitForFunction(() => document.querySelector('video')!.currentTime > 15);
    release();
    await playOn(page, 15, 4);
    expect(errors).toEqual([]);
  });

  it.for([
    ['Revoke access', 'Restore access', 'ERR_DENIED'],
    ['503, it is down', 'at once', 'ERR_SIGNING_UNAVAILABLE'],
    ['30 s ahead', 'right', 'ERR_TOKEN_REFUSED'],
  ] as const)('%s is reported, and after %s the film goes on', async ([break_, repair, code], { expect, open }) => {
    const { page, errors } = await open('fetch.html');
    await playOn(page, 5);
    await press(page, break_);
    await happens(page, code);
    await press(page, repair);
    await playOn(page, 1);
    await playOn(page, 35, 4);
    await plays(page);
    expect(errors).toEqual([]);
  });
});
