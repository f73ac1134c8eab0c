import { describe, expect, test, vi } from 'vitest';
import type { Answer, Lab } from '../unit/core/lab.ts';
import { advanceSeconds, after, each, fakeTime, lab, seconds } from '../unit/core/lab.ts';
import type { Film, Viewing } from './film-viewer.ts';
import { initOf, masterOf, mediaOf, play, segmentOf } from './film-viewer.ts';

vi.setConfig({ testTimeout: 60_000 });
fakeTime();

const ENDPOINT_SECONDS = 0.05;

/** Ten minutes, as the benchmark plays them. */
const film: Film = {
  renditions: ['video', 'audio', 'text'],
  segmentSeconds: 2,
  segments: 300,
  bufferSeconds: 30,
};

/** A token for each URL; with the playlist of a level, those that follow from it, as `expand` of the server has it. */
const expanding =
  (lifetime: number, { renditions, ...rest }: Film): Answer =>
  (call) => {
    const whole = { renditions, ...rest };
    const media = renditions.filter(
      (name) => call.urls.includes(masterOf(whole)) || call.urls.includes(mediaOf(whole, name)),
    );
    const urls = media.flatMap((name) => [
      mediaOf(whole, name),
      initOf(whole, name),
      ...Array.from({ length: 6 }, (_, n) => segmentOf(whole, name, n)),
    ]);
    return each(lifetime)({ ...call, urls: [...new Set([...call.urls, ...urls])] });
  };

async function watch(viewer: Lab, watched: Film, time: number, from = 0): Promise<Viewing> {
  const viewing = play(viewer, watched, from);
  await advanceSeconds(time);
  viewing.leave();
  return viewing;
}

const report = (name: string, viewer: Lab, viewing: Viewing): void => {
  if (process.env.COUNTS)
    console.log(name, {
      calls: viewer.calls.length,
      requests: viewing.requests.length,
      waits: viewing.waits.length,
      asked: viewer.asked().map((urls) => urls.length).join(' ').slice(0, 80),
      at: viewer.calls.map(({ at }) => at.toFixed(2)).join(' ').slice(0, 120),
      signed: viewer.asked().flat().length,
      largest: Math.max(...viewer.asked().map((urls) => urls.length)),
    });
};

describe('calls for a film of video, audio and subtitles, a token a URL', () => {
  test('a start whose buffers fill, tokens of 20 s', async () => {
    const viewer = lab(after(ENDPOINT_SECONDS, each(20)));
    const viewing = await watch(viewer, film, 2);
    report('start', viewer, viewing);
  });
  test('expand', async () => {
    const viewer = lab(after(ENDPOINT_SECONDS, expanding(20, film)));
    const viewing = await watch(viewer, film, 2);
    report('expand', viewer, viewing);
  });
  test('22 s', async () => {
    const viewer = lab(after(ENDPOINT_SECONDS, each(20)));
    const viewing = await watch(viewer, { ...film, bufferSeconds: 10 }, 22);
    report('22 s', viewer, viewing);
  });
  test.each([2, 4, 6, 10])('an hour, segments of %i s', async (segmentSeconds) => {
    const viewer = lab(after(ENDPOINT_SECONDS, each(60)));
    const viewing = await watch(viewer, { ...film, segmentSeconds, segments: 3600 }, 3600);
    report('hour ' + segmentSeconds, viewer, viewing);
  });
  test.each([0, 10, 30])('catalogue, buffer of %i s', async (bufferSeconds) => {
    for (const renditions of [['video'], ['video', 'audio']])
      for (const lifetime of [60, 300, 3600]) {
        const viewer = lab(after(ENDPOINT_SECONDS, each(lifetime)));
        const requests: string[] = [];
        for (let n = 0; n < 20; n++) {
          const viewing = await watch(viewer, { title: `t${n}`, renditions, segmentSeconds: 4, segments: 300, bufferSeconds }, 30);
          requests.push(...viewing.requests);
        }
        const never = new Set(viewer.asked().flat()).size - new Set(requests).size;
        if (process.env.COUNTS)
          console.log('catalogue', bufferSeconds, renditions.length, lifetime, viewer.calls.length, requests.length, never, (never / requests.length).toFixed(2));
      }
  });
  void seconds; void expect;
});
