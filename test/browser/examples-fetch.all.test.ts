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
    await happens(page, 'replayed with a new token: 200');
    await press(page, 'Refuse one in five');
    // past the twenty seconds of the recording, with more loaded than was buffered
    await playOn(page, 35, 4);
    await plays(page);
    expect(errors).toEqual([]);
  });

  it.for([
    ['Revoke', 'Restore', 'ERR_DENIED'],
    ['down', 'up', 'ERR_SIGNING_UNAVAILABLE'],
    ['30 s fast', 'in step', 'ERR_TOKEN_REFUSED'],
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
