import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { filesBelow } from '../../../examples/origin/file-content.mjs';
import { createLowLatencyOrigin } from '../../../examples/origin/low-latency-origin.mjs';

const files = filesBelow(new URL('../../media/ll', import.meta.url).pathname);
const start = Date.parse('2026-01-01T00:00:00Z');

beforeEach(() => vi.useFakeTimers({ now: start }));
afterEach(() => vi.useRealTimers());

/** Creates an origin that has read its recording: no test waits for the disk. */
async function lowLatency() {
  const origin = createLowLatencyOrigin({ files, file: 'frag.mp4' });
  const ask = (path: string, init: RequestInit = {}) =>
    origin(new Request(`http://edge.test/low-latency/${path}`, init));
  await ask('init.mp4');
  return {
    ask,
    text: async (path: string) => (await ask(path)).text(),
    status: async (path: string) => (await ask(path)).status,
    bytes: async (path: string) => Buffer.from(await (await ask(path)).arrayBuffer()),
  };
}

/** Returns the milliseconds until the answer comes. */
async function timeTo(answer: Promise<unknown>): Promise<number> {
  const asked = Date.now();
  let end: number | undefined;
  void answer.finally(() => {
    end = Date.now();
  });
  while (end === undefined) await vi.advanceTimersByTimeAsync(1);
  return end - asked;
}

const lines = (playlist: string, start: string) => playlist.split('\n').filter((line) => line.startsWith(start));

describe('the playlist', () => {
  it('starts with a whole window of ten segments and hints at the next part', async () => {
    const playlist = await (await lowLatency()).text('i.m3u8');
    expect(playlist).toContain(
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500,CAN-SKIP-UNTIL=12.0\n' +
        '#EXT-X-PART-INF:PART-TARGET=0.500\n',
    );
    expect(lines(playlist, 's')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `s${number}.m4s`));
    expect(lines(playlist, '#EXT-X-PART:')).toHaveLength(12);
    expect(lines(playlist, '#EXT-X-PART:')[0]).toBe('#EXT-X-PART:DURATION=0.500,INDEPENDENT=YES,URI="p7.0.m4s"');
    expect(playlist.trim().split('\n').at(-1)).toBe('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p10.0.m4s"');
  });

  it('says where the recording begins again, before the hint at its first part', async () => {
    const origin = await lowLatency();
    const playlist = await origin.text('i.m3u8');
    expect(playlist).toContain(
      's9.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z\n#EXT-X-PRELOAD-HINT',
    );
    expect(playlist).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:0\n');
    vi.setSystemTime(start + 22_000); // segment 10 is the last of the old ones
    expect(await origin.text('i.m3u8')).toContain('#EXT-X-MEDIA-SEQUENCE:11\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
    vi.setSystemTime(start + 20_000);
    expect(await origin.text('i.m3u8')).toContain('#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n');
  });

  it('leaves out on demand what is older than twelve seconds', async () => {
    const playlist = await (await lowLatency()).text('i.m3u8?_HLS_skip=YES');
    expect(playlist).toContain('#EXT-X-MEDIA-SEQUENCE:0\n');
    expect(playlist).toContain('#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n');
    expect(lines(playlist, 's')[0]).toBe('s4.m4s');
  });
});

describe('blocking reloads', () => {
  it.each([
    ['_HLS_msn=9', 0, 's9.m4s'],
    ['_HLS_msn=10&_HLS_part=0', 500, '"p10.0.m4s"'],
    ['_HLS_msn=10&_HLS_part=1', 1000, '"p10.1.m4s"'],
    ['_HLS_msn=10&_HLS_part=3', 2000, 's10.m4s'],
    ['_HLS_msn=10', 2000, 's10.m4s'],
    ['_HLS_msn=10&_HLS_part=4', 2500, '"p11.0.m4s"'],
    ['_HLS_msn=11', 4000, 's11.m4s'],
  ])('%s is answered after %i ms, with %s', async (query, ms, uri) => {
    const answer = (await lowLatency()).text(`i.m3u8?${query}`);
    expect(await timeTo(answer)).toBe(ms);
    expect(await answer).toContain(uri);
  });

  it('are answered with the part that they wait for, with parts of a third of a second, too', async () => {
    const origin = createLowLatencyOrigin({ files, file: 'thirds.mp4', partSeconds: 1 / 3, partsPerSegment: 6 });
    await origin(new Request('http://edge.test/low-latency/init.mp4'));
    for (let part = 0; part < 60; part++) {
      const [segment, place] = [10 + Math.floor(part / 6), part % 6];
      const query = `_HLS_msn=${segment}&_HLS_part=${place}`;
      const answer = origin(new Request(`http://edge.test/low-latency/i.m3u8?${query}`));
      await timeTo(answer);
      expect(await (await answer).text()).toContain(`INDEPENDENT=YES,URI="p${segment}.${place}.m4s"`);
    }
    expect(Date.now()).toBe(start + 20_000);
  });

  it.each([
    '_HLS_msn=12',
    '_HLS_msn=11&_HLS_part=2',
    '_HLS_part=0',
    '_HLS_msn=x',
    '_HLS_msn=-1',
    '_HLS_msn=10&_HLS_part=',
  ])('%s is a 400', async (query) => {
    expect(await (await lowLatency()).status(`i.m3u8?${query}`)).toBe(400);
  });

  it('stops waiting when the player has gone', async () => {
    const controller = new AbortController();
    const answer = (await lowLatency()).ask('i.m3u8?_HLS_msn=10', { signal: controller.signal });
    const outcome = expect(answer).rejects.toThrow('aborted');
    controller.abort();
    await vi.advanceTimersByTimeAsync(250);
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('media', () => {
  it('sends the hinted part when it exists, and none beyond', async () => {
    const origin = await lowLatency();
    expect(await origin.status('p10.1.m4s')).toBe(404);
    expect(await timeTo(origin.ask('p10.0.m4s'))).toBe(500);
  });

  it('a segment is its parts in a row', async () => {
    const origin = await lowLatency();
    const parts = await Promise.all([0, 1, 2, 3].map((part) => origin.bytes(`p8.${part}.m4s`)));
    expect(Buffer.concat(parts).equals(await origin.bytes('s8.m4s'))).toBe(true);
    expect(await origin.status('s10.m4s')).toBe(404);
  });

  it('is gone two windows later', async () => {
    const origin = await lowLatency();
    vi.setSystemTime(start + 20_000);
    expect(await origin.status('s0.m4s')).toBe(200);
    vi.setSystemTime(start + 20_500);
    expect(await origin.status('s0.m4s')).toBe(404);
    expect(await origin.status('p0.3.m4s')).toBe(200);
  });

  it.each(['p8.4.m4s', 'p8.m4s', 's8.0.m4s', 's08.m4s', 'p8.01.m4s', 'init', ''])('does not find %s', async (path) => {
    expect(await (await lowLatency()).status(path)).toBe(404);
  });
});
