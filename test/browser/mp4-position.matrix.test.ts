import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';

/** The film plays from its 100th second on. */
const playing = `const { secureVideo, createTokenSource } = SecureTokenProgressive;
  window.secure = follow(await secureVideo(video, args.film, '/token'));
  await video.play();
  await seek(100);
  await moves(0.5);`;

/** The token is dead, and a seek to the 300th second has the source replaced: there are no metadata yet. */
const inSwap = `${playing}
  const source = createTokenSource({ endpoint: '/token', protect: args.edge });
  video.pause();
  await sleep(5500);
  const signed = await source.sign(args.short);
  // the page does not hear of it, but its window does
  const emptied = new Promise((resolve) => addEventListener('emptied', resolve, { capture: true, once: true }));
  video.currentTime = 300;
  await emptied;
  const withoutMetadata = video.readyState === 0;`;

/** Where the element is when it has its picture. */
const begun = `await until(() => video.readyState > 1 && !video.seeking);
  const at = video.currentTime;
  const isOwn = Object.hasOwn(video, 'currentTime');`;

describeMedia('the position of an element that gets another source', (_, it) => {
  it.for([
    ['another film begins where that begins', 'await secureVideo(video, args.short, "/token");', 0],
    [
      'another film begins where the page wants it to',
      'const next = secureVideo(video, args.short, "/token"); video.currentTime = 12; await next;',
      12,
    ],
    ['the same film goes on', 'secure.destroy(); await secureVideo(video, args.film, "/token");', 100],
  ] as const)('a second secureVideo() while the first plays: %s', async ([, act, from], { stage, tab }) => {
    const args = { film: stage.url('film.mp4'), short: stage.url('short.mp4') };
    const { at, isOwn } = await tab.run<{ at: number; isOwn: boolean }>(
      `${playing} ${act} ${begun} return { at, isOwn }`,
      args,
    );
    expect(isOwn).toBe(false);
    expect(at).toBeGreaterThanOrEqual(from);
    // it plays on meanwhile
    expect(at).toBeLessThan(from + 8);
  });

  it.for([
    [
      'destroy(), and a source of the page: it begins where that begins',
      'secure.destroy(); video.src = signed.url;',
      0,
    ],
    ['a source of the page: it begins where that begins', 'video.src = signed.url;', 0],
    ['destroy(): ours goes where it was asked to', 'secure.destroy();', 300],
    ['another film begins where that begins', 'await secureVideo(video, args.short, "/token");', 0],
    ['the same film goes on', 'secure.destroy(); await secureVideo(video, args.film, "/token");', 300],
    ['a later seek counts', 'video.currentTime = 200;', 200],
  ] as const)('while the source is replaced: %s', async ([, act, from], { stage, tab }) => {
    const args = { film: stage.url('film.mp4'), short: stage.url('short.mp4'), edge: `${stage.edge}/` };
    stage.network.rate = 1_000_000;
    const result = await tab.run(
      `${inSwap} ${act}
      // what the page asks for now, and what it reads, is that of its source
      const read = video.currentTime;
      video.preload = 'auto';
      ${begun}
      return { withoutMetadata, read, at: Math.round(at), isOwn };`,
      args,
    );
    expect(result).toEqual({ withoutMetadata: true, read: from, at: from, isOwn: false });
  });

  it('a failure for good without metadata: its position is read, a source of the page begins where that begins', async ({
    stage,
    tab,
  }) => {
    const args = { film: stage.url('film.mp4'), short: stage.url('short.mp4'), edge: `${stage.edge}/` };
    stage.network.rate = 1_000_000;
    await tab.run(
      `${playing}
      video.pause();
      await sleep(5500);
      const source = createTokenSource({ endpoint: '/token', protect: args.edge });
      window.signed = await source.sign(args.short);`,
      args,
    );
    // what the film gets from here on the edge refuses
    stage.signer.secret = 'wrong';
    const result = await tab.run(
      `video.currentTime = 300;
      await until(() => seen.failures.length, 'it has failed for good', 120000);
      const withoutMetadata = video.readyState === 0;
      const read = video.currentTime;
      video.src = signed.url;
      video.preload = 'auto';
      ${begun}
      return { withoutMetadata, read, at: Math.round(at), isOwn };`,
    );
    expect(result).toEqual({ withoutMetadata: true, read: 300, at: 0, isOwn: false });
  });
});
