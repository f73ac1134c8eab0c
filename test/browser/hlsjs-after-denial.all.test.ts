import { readFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { stageFor } from '../support/stage.ts';

const page = readFileSync('docs/hlsjs.md', 'utf8');
/** The code that docs/hlsjs.md tells an app to run after a log-in. */
const afterLogIn = /async function afterLogIn\(\) \{\n[\s\S]*?^\}/m.exec(page)![0];

/** A film that is not loaded whole before its first token expires. */
const config = { maxBufferLength: 2, maxMaxBufferLength: 2 };
const film = 'film/fmp4/master.m3u8';

describe.concurrent('a denial is lifted, and the app does what docs/hlsjs.md says', () => {
  test.for([
    ['of the master playlist', /master\.m3u8$/],
    ['of the media playlists', /(?<!master)\.m3u8$/],
    ['of the segments', /\.m4s$/],
  ] as const)('%s, before anything was seen', async ([, path], context) => {
    const { expect } = context;
    const denies = (url: string): boolean => path.test(new URL(url).pathname);
    const stage = await stageFor(context, { signer: { denies } });
    const player = await stage.open('exact', film, { config });
    await player.until(({ errors }) => errors.some(({ fatal }) => fatal));
    stage.signer.denies = () => false;
    await player.page.evaluate(`(${afterLogIn})()`);
    await player.play();
    expect((await player.snapshot()).pageErrors).toEqual([]);
  });

  test('in mid-stream: playback goes on where it stood', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const player = await stage.open('exact', film, { config });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 3);
    stage.signer.denies = () => true;
    await player.until(({ errors }) => errors.some(({ fatal }) => fatal));
    const stood = await player.until(({ currentTime, buffered }) => currentTime > (buffered.at(-1)?.[1] ?? 0) - 0.3);
    stage.signer.denies = () => false;
    await player.page.evaluate(`(${afterLogIn})()`);
    // no call of play(): the element was never paused
    const seen = await player.until(({ currentTime }) => currentTime > stood.currentTime + 4);
    expect(seen.buffered[0]![0], 'it has not begun anew').toBeLessThanOrEqual(stood.currentTime);
    expect(seen.tokens.filter(({ type }) => type === 'tokendenied').length).toBeGreaterThan(0);
    expect(await stage.refusals()).toEqual([]);
  });
});
