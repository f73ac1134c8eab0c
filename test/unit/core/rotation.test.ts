import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { SignedRequest } from '../../../packages/core/src/index.ts';
import { TokenStore } from '../../../packages/core/src/tokens/token-store.ts';
import type { Answer } from './lab.ts';
import {
  CDN,
  MASTER,
  START,
  each,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  playlist,
  range,
  seconds,
  segment,
  tokenOf,
} from './lab.ts';

fakeTime();

const { urls: urlsOf } = TokenStore.prototype;

/** An edge whose secret is rotated: it refuses tokens of calls that the endpoint has answered before. */
class Edge {
  refusals = 0;
  #first = 1;

  constructor(readonly viewer: ReturnType<typeof lab>) {}

  rotate(): void {
    this.#first = this.viewer.calls.length + 1;
    this.viewer.calls.length = 0;
    this.refusals = 0;
  }

  refuses(request: SignedRequest): boolean {
    const name = tokenOf(request) ?? 't0';
    return Number(/\d+/.exec(name)![0]) < this.#first;
  }

  /** Sends `request` as an adapter does; resolves to whether the player has what it wanted. */
  async send(request: SignedRequest): Promise<boolean> {
    if (!this.refuses(request)) return true;
    this.refusals++;
    const replay = await this.viewer.source.refused(request, 403);
    return replay !== undefined && !this.refuses(replay);
  }

  async get(url: string): Promise<boolean> {
    return this.send(this.viewer.source.signNow(url) ?? (await this.viewer.source.sign(url)));
  }
}

const tokensPerFolder: Answer = ({ index, urls }) => ({
  now: seconds(),
  tokens: [...new Set(urls.map((url) => url.replace(/[^/]*$/, '')))].map((prefix) => ({
    prefix,
    query: { st: `t${index}` },
    expires: seconds() + 300,
  })),
});

const rendition = (name: string) => ({
  media: `${CDN}/vod/${name}/media.m3u8`,
  segment: (n: number) => `${CDN}/vod/${name}/${n}.ts`,
});
type Rendition = ReturnType<typeof rendition>;
const renditions = ['video', 'audio', 'text'].map(rendition);

describe('after a rotation, a request that may still be under way', () => {
  test.each([
    [29, [[segment(2)], [segment(3), segment(1)]]],
    // it has ended, or failed: nobody waits for it
    [30, [[segment(2)], [segment(3)]]],
  ])('its token, used %i s ago, is renewed along with another one: calls for %j', async (ago, asked) => {
    const viewer = lab(each(300), { readAhead: 0 });
    const edge = new Edge(viewer);
    await edge.get(segment(1));
    await advanceSeconds(ago);
    await edge.get(segment(3));
    await edge.get(segment(2));
    edge.rotate();
    expect([await edge.get(segment(2)), await edge.get(segment(3))]).toEqual([true, true]);
    expect(viewer.asked()).toEqual(asked);
  });
});

describe('a secret that is rotated at the edge costs a viewer', () => {
  test('one refusal and one call, where one token opens all', async () => {
    const viewer = lab(folder());
    const edge = new Edge(viewer);
    await edge.get(MASTER);
    edge.rotate();
    for (let n = 0; n < 10; n++) expect(await edge.get(segment(n))).toBe(true);
    expect([edge.refusals, viewer.calls.length]).toEqual([1, 1]);
  });

  test('one refusal and two calls, where each URL has its token: what was read ahead is renewed together', async () => {
    const viewer = lab(each());
    const edge = new Edge(viewer);
    await edge.get(MASTER);
    viewer.source.learn(MASTER, hlsOrDash(playlist(1, 7)));
    await edge.get(segment(1));
    await advanceSeconds();
    edge.rotate();
    for (let n = 2; n < 8; n++) expect(await edge.get(segment(n))).toBe(true);
    expect(edge.refusals).toBe(1);
    expect(viewer.asked()[0]).toEqual([segment(2)]);
    expect(viewer.asked()[1]).toEqual(expect.arrayContaining([3, 4, 5, 6, 7].map(segment)));
    expect(viewer.calls).toHaveLength(2);
  });

  test('one refusal for each request under way and two calls, with several renditions', async () => {
    const viewer = lab(each());
    const edge = new Edge(viewer);
    for (const { media, segment: of } of renditions) {
      await edge.get(media);
      viewer.source.learn(
        media,
        hlsOrDash([1, 2, 3, 4].map((n) => `#EXTINF:4,\n${n}.ts`).reduce((text, line) => `${text}\n${line}`, '#EXTM3U')),
      );
      await edge.get(of(1));
    }
    await advanceSeconds();
    const underWay = renditions.map(({ segment: of }) => viewer.source.signNow(of(2))!);
    edge.rotate();
    const sent = [];
    for (const request of underWay) {
      sent.push(edge.send(request));
      await advanceSeconds(0.05);
    }
    expect(await Promise.all(sent)).toEqual([true, true, true]);
    for (const { media, segment: of } of renditions) {
      for (const url of [of(3), of(4), media]) expect(await edge.get(url), url).toBe(true);
    }
    expect([edge.refusals, viewer.calls.length]).toEqual([3, 2]);
  });

  test('requests that are refused while the first refusal is being answered: two calls for all of them', async () => {
    const viewer = lab(each());
    const edge = new Edge(viewer);
    const underWay = await Promise.all([1, 2, 3, 4, 5].map((n) => viewer.source.sign(segment(n))));
    edge.rotate();
    viewer.answer = (call) => new Promise((resolve) => setTimeout(() => resolve(each()(call)), 500));
    const sent = [];
    for (const request of underWay) {
      sent.push(edge.send(request));
      await advanceSeconds(0.1);
    }
    await advanceSeconds(2);
    expect(await Promise.all(sent)).toEqual([true, true, true, true, true]);
    expect(viewer.asked()).toEqual([[segment(1)], [2, 3, 4, 5].map(segment)]);
  });

  test('one refusal and two calls, with a token for each of several folders', async () => {
    const viewer = lab(tokensPerFolder);
    const edge = new Edge(viewer);
    for (const { media } of renditions) await edge.get(media);
    edge.rotate();
    for (const { segment: of } of renditions) {
      for (const n of [1, 2]) expect(await edge.get(of(n))).toBe(true);
    }
    expect([edge.refusals, viewer.calls.length]).toEqual([1, 2]);
  });

  test('no call for a folder that nobody plays any more, nor again for one that has its new token', async () => {
    const viewer = lab(tokensPerFolder);
    const edge = new Edge(viewer);
    const [video, audio, left] = renditions as [Rendition, Rendition, Rendition];
    for (const { media } of [left, video, audio]) await edge.get(media);
    for (let n = 1; n <= 40; n++) {
      await advanceSeconds(10);
      for (const { segment: of } of [video, audio]) await edge.get(of(n));
    }
    const calls = viewer.asked().filter((urls) => urls.includes(left.media));
    expect(calls, 'its token was renewed once, and is alive').toHaveLength(2);
    edge.rotate();
    for (const { segment: of } of [video, audio]) expect(await edge.get(of(41))).toBe(true);
    expect(viewer.asked()).toEqual([[video.segment(41)], [audio.segment(41)]]);
  });

  test('one refusal and two calls, with tokens that the page has brought', async () => {
    const tokens = [1, 2, 3, 4].map((n) => ({ url: segment(n), query: { st: 't0' }, expires: START + 300 }));
    const viewer = lab(each(), { tokens });
    const edge = new Edge(viewer);
    edge.rotate();
    for (const n of [1, 2, 3, 4]) expect(await edge.get(segment(n))).toBe(true);
    expect([edge.refusals, viewer.calls.length]).toEqual([1, 2]);
  });
});

describe('tokens of earlier calls are used on', () => {
  test('if the successor is refused as well: it is not the secret', async () => {
    const viewer = lab(each());
    const requests = await Promise.all([1, 2, 3].map((n) => viewer.source.sign(segment(n))));
    const replay = await viewer.source.refused(requests[0]!, 403);
    expect(await viewer.source.refused(replay!, 403)).toBeUndefined();
    expect(tokenOf(viewer.source.signNow(segment(2)))).toBe('t1');
  });

  test('if two replays under way are refused, one after the other', async () => {
    const viewer = lab(each(), { readAhead: 0 });
    const requests = await Promise.all([1, 2, 3].map((n) => viewer.source.sign(segment(n))));
    const replays = await Promise.all([0, 1].map((n) => viewer.source.refused(requests[n]!, 403)));
    expect(await viewer.source.refused(replays[0]!, 403)).toBeUndefined();
    expect(await viewer.source.refused(replays[1]!, 403)).toBeUndefined();
    expect(tokenOf(viewer.source.signNow(segment(3)))).toBe('t1');
  });

  // of more the oldest count for good: what is remembered has an end
  test.each([
    [100, true],
    [101, false],
  ])('if all of %i replays are refused: %s', async (count, areUsed) => {
    const viewer = lab(each(), { readAhead: 0 });
    await viewer.source.sign(MASTER);
    // longer ago than what is renewed along with others
    await advanceSeconds(31);
    const requests = await Promise.all(range(1, count).map((url) => viewer.source.sign(url)));
    const replays = await Promise.all(requests.map((request) => viewer.source.refused(request, 403)));
    for (const replay of replays) await viewer.source.refused(replay!, 403);
    expect(tokenOf(viewer.source.signNow(MASTER))).toBe(areUsed ? 't1' : undefined);
  });

  test('if the token was refused because it had ended', async () => {
    const viewer = lab(inTurn(each(20), each(), each()), { readAhead: 0 });
    const short = await viewer.source.sign(segment(1));
    await viewer.source.sign(segment(2));
    await advanceSeconds(20);
    expect(tokenOf(await viewer.source.refused(short, 410))).toBe('t3');
    expect(tokenOf(viewer.source.signNow(segment(2)))).toBe('t2');
  });

  test('while the endpoint fails: one that may be outdated is better than none', async () => {
    const viewer = lab(inTurn(each(), each(), fail(503)));
    const requests = await Promise.all([1, 2].map((n) => viewer.source.sign(segment(n))));
    await viewer.source.refused(requests[0]!, 403);
    expect(viewer.source.signNow(segment(2))).toBeUndefined();
    void viewer.source.sign(segment(2)).catch(() => undefined);
    await advanceSeconds(0.1);
    expect(tokenOf(viewer.source.signNow(segment(2)))).toBe('t1');
  });

  test('if they came after the refusal', async () => {
    const viewer = lab(each(), { readAhead: 0 });
    const request = await viewer.source.sign(segment(1));
    await viewer.source.refused(request, 403);
    await viewer.source.sign(segment(2));
    expect(tokenOf(viewer.source.signNow(segment(2)))).toBe('t3');
    expect(tokenOf(viewer.source.signNow(segment(1)))).toBe('t2');
  });
});

describe('where thousands of tokens are held, as from an endpoint that reads playlists', () => {
  const tokens = range(1, 2000).map((url) => ({ url, query: { st: 't0' }, expires: START + 3600 }));

  test('those that are played next are renewed, in one call for a hundred', async () => {
    const viewer = lab(each(), { tokens, readAhead: 0 });
    await viewer.source.refused(viewer.source.signNow(segment(500))!, 403);
    await viewer.source.sign(segment(501));
    await advanceSeconds();
    expect(viewer.asked()).toEqual([[segment(500)], range(501, 600)]);
    for (const url of range(501, 600)) expect(viewer.source.signNow(url), url).toBeDefined();
    expect(viewer.calls).toHaveLength(2);
  });

  test('tokens of requests under way are among the hundred, and each counts once', async () => {
    const viewer = lab(each(), { tokens, readAhead: 0 });
    const [first, second] = [500, 501, ...Array.from({ length: 40 }, (_, i) => 1000 + i)].map((n) =>
      viewer.source.signNow(segment(n))!,
    );
    await viewer.source.refused(first!, 403);
    await viewer.source.refused(second!, 403);
    await advanceSeconds();
    expect(viewer.asked()).toEqual([[segment(500)], [segment(501), ...range(1000, 1039), ...range(502, 560)]]);
  });

  test('what else is outdated is looked for once, not once for each of them', async () => {
    const viewer = lab(each(), { tokens, readAhead: 0 });
    await viewer.source.refused(viewer.source.signNow(segment(1))!, 403);
    let compared = 0;
    const find = vi.spyOn(TokenStore.prototype, 'urls').mockImplementation(function (this: TokenStore) {
      compared++;
      return urlsOf.call(this);
    });
    await viewer.source.sign(segment(2));
    find.mockRestore();
    expect(compared).toBe(1);
  });
});
