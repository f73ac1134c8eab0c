import { describe, expect, test } from 'vitest';
import { hls } from 'secure-token-core/playlists';
import type { Answer } from './lab.ts';
import {
  CDN,
  MASTER,
  MEDIA,
  START,
  advanceSeconds,
  after,
  code,
  each,
  eachBut,
  fail,
  fakeTime,
  folder,
} from './lab.ts';
import { folders, inTurn, lab, playlist, range, segment, sleep, tokenOf, watch } from './lab.ts';

fakeTime();

/** Tokens for all but a URL that the answer lists as denied. */
const but = (denied: string): Answer =>
  eachBut(
    (url) => url === denied,
    () => ({ denied: [denied] }),
  );

describe('a denial', () => {
  test.each([401, 403])('by %i is final: the app hears once, and the endpoint is not called again', async (status) => {
    const { source, calls, events } = lab(fail(status));
    for (let n = 0; n < 5; n++) {
      expect([source.signNow(MASTER), await code(source.sign(MASTER))]).toEqual([undefined, 'ERR_DENIED']);
      await advanceSeconds(600);
    }
    expect([calls.length, events]).toMatchObject([1, [{ type: 'tokendenied', error: { code: 'ERR_DENIED', status } }]]);
  });

  test('of some URLs is told to each request with its own, to the app once, and concerns no other', async () => {
    const denied = ['https://CDN.test/x/../vod/7/2.ts', segment(3), '', 7, null];
    const { source, calls, events } = lab((call) => ({
      ...(each()({ ...call, urls: [segment(1)] }) as object),
      denied,
    }));
    const both = await Promise.all(range(1, 3).map((url) => source.sign(url).catch((error: unknown) => error)));
    expect(both).toMatchObject([{ token: {} }, { url: segment(2) }, { url: segment(3) }]);
    expect(await code(source.sign(`${segment(2)}#a`))).toBe('ERR_DENIED');
    expect([calls.length, events.filter(({ type }) => type === 'tokendenied').length]).toEqual([1, 1]);
  });

  test('of the renewal of a folder ends what is played there, and nothing else', async () => {
    const { source, calls } = lab(inTurn(folder(), fail(403), folder(300, 'https://b.test/')));
    await source.sign(MASTER);
    await advanceSeconds(241);
    for (const url of range(1, 50)) {
      expect([source.signNow(url), await code(source.sign(url))]).toEqual([undefined, 'ERR_DENIED']);
      await advanceSeconds(10);
    }
    expect([calls.length, tokenOf(await source.sign('https://b.test/x'))]).toEqual([2, 't3']);
  });

  test('goes before a token without a scope, or of the folder, in the same answer', async () => {
    for (const scope of [{}, { prefix: `${CDN}/` }]) {
      const token = { query: { st: 'others' }, expires: START + 300, ...scope };
      const viewer = lab(() => ({ tokens: [token], denied: [segment(2)] }));
      const both = await Promise.all(range(1, 2).map((url) => code(viewer.source.sign(url))));
      expect(both).toEqual([undefined, 'ERR_DENIED']);
    }
  });

  test('of a listed name is no reason to ask for what follows one by one', async () => {
    const { source, asked } = lab(but(segment(3)));
    await source.sign(MEDIA);
    source.learn(MEDIA, hls(playlist(1, 20)));
    for (const url of range(1, 7)) if (url !== segment(3)) await source.sign(url);
    expect(asked()).toEqual([[MEDIA], range(1, 7)]);
  });
});

describe('a log-in', () => {
  test.each<[string, Answer[]]>([
    ['of a viewer who had nothing', [fail(401), folder()]],
    ['of a folder', [folder(), fail(403), folder()]],
    ['whose token has died meanwhile', [folder(20), fail(403), folder()]],
  ])('renew() lifts the denial %s', async (_, answers) => {
    const { source, calls } = lab(inTurn(...answers));
    await code(source.sign(MASTER));
    await advanceSeconds(241);
    expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
    await source.renew();
    expect([await code(source.sign(segment(1))), calls.length]).toEqual([undefined, answers.length]);
  });

  test('renew() fails as sign() does, and may be denied again; liftDenials() makes no call', async () => {
    const viewer = lab(inTurn(folder(), fail(400), fail(403), folder()));
    await viewer.source.sign(MASTER);
    expect([await code(viewer.source.renew()), tokenOf(viewer.source.signNow(MASTER))]).toEqual([
      'ERR_SIGNING_RESPONSE',
      't1',
    ]);
    expect([await code(viewer.source.renew()), await code(viewer.source.sign(MASTER))]).toEqual([
      'ERR_DENIED',
      'ERR_DENIED',
    ]);
    viewer.source.liftDenials();
    await advanceSeconds(1);
    expect([viewer.calls.length, tokenOf(viewer.source.signNow(MASTER))]).toEqual([3, 't1']);
  });

  test.each<[Answer, string[]]>([
    [fail(403), range(1, 2)],
    [but(segment(2)), [segment(2)]],
  ])('denials that were on their way do not count: these URLs are asked for once more', async (denying, again) => {
    const viewer = lab(inTurn(after(2, denying), each()), { readAhead: 0 });
    const seen = range(1, 2).map((url) => watch(viewer.source.sign(url)));
    await advanceSeconds(1);
    viewer.source.liftDenials();
    await advanceSeconds(1);
    expect([seen.map(({ state }) => state), viewer.asked()]).toEqual([
      ['done', 'done'],
      [range(1, 2), again],
    ]);
    expect(viewer.types()).not.toContain('tokendenied');
  });
});

describe('renew()', () => {
  test('asks for all that is in use, in one call, and for what was used last, however long ago', async () => {
    const { source, asked } = lab(folders(60));
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `${CDN}/${name}/1`) as [string, string, string];
    await source.sign(a);
    await sleep(70);
    for (const url of [b, c]) await source.sign(url);
    await source.renew();
    source.signNow(c);
    await sleep(3600);
    await source.renew();
    expect(asked().slice(-2)).toEqual([[b, c], [c]]);
  });

  test('asks for a hundred single URLs at most: those that were used last', async () => {
    const { source, asked } = lab(each(6 * 3600), { readAhead: 0 });
    for (const url of [MEDIA, ...range(1, 120), MEDIA]) await source.sign(url).then(() => advanceSeconds(1));
    await source.renew();
    expect(asked().at(-1)).toEqual([...range(22, 120), MEDIA]);
  });

  test('joins a renewal under way; called as its token comes, it makes no further call', async () => {
    const { source, calls } = lab(inTurn(folder(), after(2, folder())));
    await source.sign(MASTER);
    await advanceSeconds(241);
    source.addEventListener('tokenrenewed', () => void source.renew(), { once: true });
    const renewed = watch(source.renew());
    await advanceSeconds(3);
    expect([renewed.state, calls.length]).toEqual(['done', 2]);
  });
});
