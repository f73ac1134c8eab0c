import { describe, expect, test } from 'vitest';
import { hls } from 'secure-token-core/playlists';
import type { SignedRequest } from 'secure-token-core';
import type { Answer, Lab, Seen } from './lab.ts';
import { CDN, START, advanceSeconds, after, each, fail, fakeTime, folder, folders, inTurn, lab } from './lab.ts';
import { MASTER, playlist, range, segment, tokenOf, watch } from './lab.ts';

fakeTime();

/** An edge whose secret is rotated: it refuses the tokens of calls that were made before. */
function edgeFor(answer: Answer, options = {}) {
  const viewer = lab(answer, options);
  const edge = { viewer, refusals: 0, first: 1, send, get, rotate };
  function rotate(): void {
    edge.first = viewer.calls.length + 1;
    viewer.calls.length = 0;
  }
  /** Sends `request` as an adapter does. @returns whether the player has what it wanted */
  async function send(request: SignedRequest): Promise<boolean> {
    const refuses = (it: SignedRequest): boolean => Number(tokenOf(it)!.slice(1)) < edge.first;
    if (!refuses(request)) return true;
    edge.refusals++;
    const replay = await viewer.source.refused(request, 403);
    return replay !== undefined && !refuses(replay);
  }
  async function get(...urls: string[]): Promise<boolean> {
    let isGood = true;
    for (const url of urls) isGood &&= await send(await viewer.source.sign(url));
    return isGood;
  }
  return edge;
}

describe('a secret that is rotated at the edge costs a viewer', () => {
  test.each<[string, Answer, object, string[][]]>([
    ['call, where one token opens all', folder(), {}, [[segment(2)]]],
    ['call more, for all that was read ahead', each(), {}, [[segment(2)], range(3, 7)]],
  ])('one refusal and one %s', async (_, answer, options, asked) => {
    const edge = edgeFor(answer, options);
    await edge.get(MASTER);
    edge.viewer.source.learn(MASTER, hls(playlist(1, 7)));
    await edge.get(segment(1));
    edge.rotate();
    expect([await edge.get(...range(2, 7)), edge.refusals, edge.viewer.asked()]).toEqual([true, 1, asked]);
  });

  test('one refusal, also of tokens that the page has brought', async () => {
    const edge = edgeFor(each(), {
      tokens: range(1, 4).map((url) => ({ url, query: { st: 't0' }, expires: START + 300 })),
    });
    edge.rotate();
    expect([await edge.get(...range(1, 4)), edge.refusals]).toEqual([true, 1]);
  });

  test('one refusal and two calls, with a token for each of several folders; none for a folder that was left', async () => {
    const edge = edgeFor(folders());
    const urls = ['video', 'audio', 'text'].map((name) => `${CDN}/${name}/1.ts`);
    await edge.get(MASTER, ...urls);
    for (let n = 0; n < 40; n++) await edge.get(...urls).then(() => advanceSeconds(10));
    edge.rotate();
    expect([await edge.get(...urls), edge.refusals]).toEqual([true, 1]);
    expect(edge.viewer.asked()).toEqual([[urls[0]], [urls[1], urls[2]]]);
  });

  test('two calls for all requests under way', async () => {
    const edge = edgeFor(inTurn(each(), after(0.5, each())));
    const underWay = await Promise.all(range(1, 5).map((url) => edge.viewer.source.sign(url)));
    edge.rotate();
    const sent: Seen<unknown>[] = [];
    for (const request of underWay) await advanceSeconds(0.1).then(() => sent.push(watch(edge.send(request))));
    await advanceSeconds(2);
    expect(sent.every(({ value }) => value)).toBe(true);
    expect(edge.viewer.asked()).toEqual([[segment(1)], range(2, 5)]);
  });
});

describe('tokens of earlier calls are used on', () => {
  const three = async ({ source }: Lab): Promise<SignedRequest[]> =>
    Promise.all(range(1, 3).map((it) => source.sign(it)));
  const names = ({ source }: Lab, ...numbers: number[]): unknown[] =>
    numbers.map((n) => tokenOf(source.signNow(segment(n))));
  const viewerOf = (answer = each()): Lab => lab(answer, { readAhead: 0 });

  test('if replays are refused as well: it is not the secret', async () => {
    const viewer = viewerOf();
    const requests = await three(viewer);
    const replays = await Promise.all([0, 1].map((n) => viewer.source.refused(requests[n]!, 403)));
    expect(names(viewer, 3)).toEqual([undefined]);
    for (const replay of replays) expect(await viewer.source.refused(replay!, 403)).toBeUndefined();
    expect(names(viewer, 3)).toEqual(['t1']);
  });

  test('if the refused one had ended', async () => {
    const viewer = viewerOf(inTurn(each(20), each()));
    const short = await viewer.source.sign(segment(1));
    await viewer.source.sign(segment(2));
    await advanceSeconds(20);
    await viewer.source.refused(short, 410);
    expect(names(viewer, 1, 2)).toEqual(['t3', 't2']);
  });

  test('if they came after the refusal, or after a rotation that is known', async () => {
    const viewer = viewerOf();
    const requests = await three(viewer);
    await viewer.source.refused(requests[0]!, 403);
    await viewer.source.sign(segment(4));
    await viewer.source.refused(requests[1]!, 403);
    expect(names(viewer, 1, 2, 4)).toEqual(['t2', 't4', 't3']);
  });

  test('while the endpoint fails: one that may be outdated is better than none', async () => {
    const viewer = viewerOf(inTurn(each(), each(), fail(503)));
    const requests = await three(viewer);
    await viewer.source.refused(requests[0]!, 403);
    watch(viewer.source.sign(segment(2)));
    expect(names(viewer, 3)).toEqual([undefined]);
    await advanceSeconds(0.1);
    expect(names(viewer, 3)).toEqual(['t1']);
  });
});
