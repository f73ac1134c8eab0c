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
