import { expect } from 'vitest';
import type { MediaStage } from '../support/media-stage.ts';
import { describeMedia } from '../support/media-test.ts';

/** The film plays from its 100th second on. */
const playing = `const { secureVideo, createTokenSource } = SecureTokenProgressive;
  window.secure = follow(await secureVideo(video, args.film, '/token'));
  await start();
  await seek(100);
  await moves(0.5);`;

/** The token is dead, and a seek to the 300th second has the source replaced: there are no metadata yet. */
const inSwap = `${playing}
  const source = createTokenSource({ endpoint: '/token', protect: args.edge });
  video.pause();
  await sleep(5500);
  const [signed, own] = await Promise.all([source.sign(args.short), source.sign(args.film)]);
  // the page does not hear of it, but its window does
  const emptied = new Promise((resolve) => addEventListener('emptied', resolve, { capture: true, once: true }));
  video.currentTime = 300;
  await emptied;
  const withoutMetadata = video.readyState === 0;`;

/** Where the element is when it has its picture. */
const begun = `await until(() => video.readyState > 1 && !video.seeking);
  const at = video.currentTime;
  await until(() => !Object.hasOwn(video, 'currentTime'), 'nothing of ours is left on it');`;

/** From here on tokens take a second and more. */
const slowly = `const { fetch } = window;
  window.fetch = async (...args) => (await sleep(1500), fetch(...args));`;

const another = 'await secureVideo(video, args.short, "/token");';
const anotherAt = (seconds: number): string =>
  `const next = secureVideo(video, args.short, "/token"); video.currentTime = ${seconds}; await next;`;
const same = 'await secureVideo(video, args.film, "/token");';

const urls = (stage: MediaStage): Record<string, string> => ({
  film: stage.url('film.mp4'),
  short: stage.url('short.mp4'),
  edge: `${stage.edge}/`,
});

describeMedia('the position of an element that gets another source', (_, it) => {
  it.for([
    ['another film begins where that begins', another, 0],
    ['another film begins where the page wants it to', anotherAt(12), 12],
    ['the same film goes on', `secure.destroy(); ${same}`, 100],
  ] as const)('a second secureVideo() while the first plays: %s', async ([, act, from], { stage, tab }) => {
    const at = await tab.run<number>(`${playing} ${slowly} ${act} ${begun} return at`, urls(stage));
    expect(at).toBeGreaterThanOrEqual(from);
    // it plays on meanwhile
    expect(at).toBeLessThan(from + 8);
  });

  it.for([
    ['a source of the page: it begins where that begins', 'video.src = signed.url;', 0],
    [
      'destroy(), and a source of the page: it begins where that begins',
      'secure.destroy(); video.src = signed.url;',
      0,
    ],
    ['destroy(): ours goes where it was asked to', 'secure.destroy();', 300],
    ['another film begins where that begins', another, 0],
    ['another film begins where the page wants it to', anotherAt(12), 12],
    [
      'another film is denied: the first one goes where it was asked to',
      `const { fetch } = window;
      window.fetch = () => Promise.resolve(new Response(null, { status: 403 }));
      await secureVideo(video, args.short, '/token').catch(() => undefined);
      window.fetch = fetch;`,
      300,
    ],
    ['the same film goes on', `secure.destroy(); ${same}`, 300],
    ['a later seek counts', 'video.currentTime = 200;', 200],
  ] as const)('while the source is replaced: %s', async ([, act, from], { stage, tab }) => {
    stage.network.rate = 1_000_000;
    const result = await tab.run(
      `${inSwap} ${act}
      video.preload = 'auto';
      ${begun}
      return { withoutMetadata, at: Math.round(at) };`,
      urls(stage),
    );
    expect(result).toEqual({ withoutMetadata: true, at: from });
  });

  it.for([
    ['the same film goes on', `secure.destroy(); ${same}`, 300],
    [
      'the same film goes where the page wants it to',
      `secure.destroy(); const next = secureVideo(video, args.film, "/token");
      video.currentTime = 200; await next;`,
      200,
    ],
    ['another film begins where that begins', another, 0],
  ] as const)('a failure for good without metadata: %s', async ([, act, from], { stage, tab }) => {
    stage.network.rate = 1_000_000;
    await tab.run(
      `${playing}
      video.pause();
      await sleep(5500);`,
      urls(stage),
    );
    // what the film gets from here on the edge refuses
    const { secret } = stage.signer;
    stage.signer.secret = 'wrong';
    const failed = await tab.run(
      `video.currentTime = 300;
      await until(() => seen.failures.length, 'it has failed for good', 120000);
      return [video.readyState, video.currentTime];`,
    );
    expect(failed).toEqual([0, 300]);
    stage.signer.secret = secret;
    const result = await tab.run(
      `const { secureVideo, createTokenSource } = SecureTokenProgressive;
      const signed = await createTokenSource({ endpoint: '/token', protect: args.edge }).sign(args.short);
      ${act}
      video.preload = 'auto';
      ${begun}
      return { at: Math.round(at) };`,
      urls(stage),
    );
    expect(result).toEqual({ at: from });
  });

  it('an element that the page empties while the token of another film comes gets that film', async ({
    stage,
    tab,
  }) => {
    const at = await tab.run<number>(
      `${playing} ${slowly}
      const next = secureVideo(video, args.short, '/token');
      secure.destroy();
      video.src = '';
      await next;
      video.preload = 'auto';
      ${begun}
      return at;`,
      urls(stage),
    );
    expect(at).toBe(0);
  });

  it('autoplay starts a film if the edge refuses its first token', async ({ stage, tab }) => {
    const swaps = await tab.run(
      `const { secureVideo } = SecureTokenProgressive;
      video.autoplay = true;
      const { fetch } = window;
      let calls = 0;
      window.fetch = async (...args) => {
        const response = await fetch(...args);
        if (!String(args[0]).endsWith('/token') || calls++ > 0) return response;
        return new Response((await response.text()).replace(/"st":"[^"]+"/, '"st":"AAAAAAAAAAAAAAAAAAAAAA"'));
      };
      follow(await secureVideo(video, args.film, '/token'));
      await moves(0.5);
      return seen.swaps.map(({ reason }) => reason);`,
      urls(stage),
    );
    expect(swaps).toEqual(['error']);
  });

  it('a source of the page stays, while ours waits for another try', async ({ stage, tab }) => {
    stage.network.rate = 1_000_000;
    await tab.run(`${playing} await sleep(5500);`, urls(stage));
    const { secret } = stage.signer;
    stage.signer.secret = 'wrong';
    await tab.run(
      `video.currentTime = 300;
      await until(() => seen.mediaErrors.length > 2 && video.error);
      await sleep(50);
      video.src = args;
      window.set = video.src;`,
      stage.url('open/short.mp4'),
    );
    stage.signer.secret = secret;
    const result = await tab.run(`await sleep(4000); return { isSame: video.src === set, swaps: seen.swaps.length };`);
    expect(result).toEqual({ isSame: true, swaps: 0 });
  });
});
