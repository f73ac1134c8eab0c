import type { TestContext } from 'vitest';
import { list } from 'secure-token-core/playlists';
import { describe, expect, test, vi } from 'vitest';
import type { Answer } from '../unit/core/lab-answers.ts';
import { after, each, inTurn } from '../unit/core/lab-answers.ts';
import type { Lab } from '../unit/core/lab.ts';
import { fakeTime, lab } from '../unit/core/lab.ts';
import { advanceSeconds } from '../unit/core/lab-time.ts';
import type { Film, Viewing } from './film-viewer.ts';
import { expanding, mediaOf, play, segmentOf } from './film-viewer.ts';

vi.setConfig({ testTimeout: 60_000 });
fakeTime();

const ENDPOINT_SECONDS = 0.05;

/** Ten minutes, as the benchmark plays them with hls.js. */
const film: Film = {
  renditions: ['video', 'audio', 'text'],
  segmentSeconds: 2,
  segments: 300,
  bufferSeconds: 30,
};

/** A viewer of an endpoint that answers as `answer` does. */
const viewerOf = (answer: Answer): Lab => lab(after(ENDPOINT_SECONDS, answer));

/** Plays `watched` for `seconds`, and leaves. */
async function watch(viewer: Lab, watched: Film, seconds: number, from = 0): Promise<Viewing> {
  const viewing = play(viewer, watched, from);
  await advanceSeconds(seconds);
  viewing.leave();
  await advanceSeconds(1);
  return viewing;
}

/** `COUNTS=1` shows the figures. */
function note({ task }: TestContext, { calls }: Lab, ...viewings: readonly Viewing[]): void {
  if (!process.env.COUNTS) return;
  const sum = (of: (viewing: Viewing) => number): number => viewings.reduce((total, it) => total + of(it), 0);
  const sizes = calls.map(({ urls }) => urls.length);
  const figures = { requests: sum((it) => it.requests.length), waits: sum((it) => it.waits.length), sizes };
  console.log(task.name, `${calls.length} calls`, JSON.stringify(figures).slice(0, 300));
}

describe('calls of a film with video, audio and subtitles, where a token opens one URL', () => {
  test('the buffers of a start, 55 requests, tokens of 20 s: nine at most', async (context) => {
    const viewer = viewerOf(each(20));
    const viewing = await watch(viewer, film, 1);
    note(context, viewer, viewing);
    expect(viewing.requests).toHaveLength(55);
    expect(viewer.calls.length).toBeLessThanOrEqual(9);
  });

  test('the same from an endpoint that expands playlists: five at most', async (context) => {
    const viewer = viewerOf(expanding(20, film));
    const viewing = await watch(viewer, film, 1);
    note(context, viewer, viewing);
    expect(viewing.requests).toHaveLength(55);
    expect(viewer.calls.length).toBeLessThanOrEqual(5);
  });

  test('the same where the first answer takes 0.4 s, and so sets the clock back by the second one: five at most', async () => {
    const viewer = lab(inTurn(after(0.4, expanding(20, film)), after(ENDPOINT_SECONDS, expanding(20, film))));
    const viewing = await watch(viewer, film, 1.5);
    expect(viewing.requests).toHaveLength(55);
    expect(viewer.calls.length).toBeLessThanOrEqual(5);
  });

  test('22 s of play with a buffer of 10 s, tokens of 20 s: one for six requests at most', async (context) => {
    const viewer = viewerOf(each(20));
    const viewing = await watch(viewer, { ...film, bufferSeconds: 10 }, 22);
    note(context, viewer, viewing);
    expect(viewing.requests.length).toBeGreaterThanOrEqual(48);
    expect(viewer.calls.length / viewing.requests.length).toBeLessThanOrEqual(1 / 6);
  });

  test.each([2, 4, 10])('an hour, segments of %i s, tokens of 60 s: 130 at most', async (segmentSeconds) => {
    const viewer = viewerOf(each(60));
    const viewing = play(viewer, { ...film, segmentSeconds, segments: 3600 });
    await advanceSeconds(3600);
    viewing.leave();
    expect(viewing.requests.length).toBeGreaterThan((3 * 3600) / segmentSeconds);
    expect(viewer.calls.length).toBeLessThanOrEqual(130);
    expect(viewing.waits.length, 'requests that waited, most of them at the start').toBeLessThan(20);
  });

  test('ten minutes with tokens of hours: no call holds more than a hundred', async (context) => {
    const viewer = viewerOf(each(6 * 3600));
    const viewing = await watch(viewer, { ...film, bufferSeconds: 600 }, 600);
    note(context, viewer, viewing);
    const sizes = viewer.calls.map(({ urls }) => urls.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(
      sizes.filter((size) => size === 1),
      'what had no room in the call before',
    ).toHaveLength(1);
    expect(sizes.length).toBeLessThan(22);
  });

  test('a seek into the film: no more than a start from there', async () => {
    const viewer = viewerOf(each(20));
    await watch(viewer, film, 10);
    viewer.calls.length = 0;
    await watch(viewer, film, 1, 150);
    expect(viewer.calls.length).toBeLessThanOrEqual(9);
  });
});

describe('a catalogue of 30 s a title, segments of 4 s', () => {
  const titles = Array.from({ length: 6 }, (_, n) => `title-${n}`);

  test.for([
    ['video', 0],
    ['video', 10],
    ['video', 30],
    ['video and audio', 0],
    ['video and audio', 10],
    ['video and audio', 30],
  ] as const)('%s, a buffer of %i s: half of what was requested is signed in vain at most', async (row, context) => {
    const [names, bufferSeconds] = row;
    const viewer = viewerOf(each(300));
    const viewings: Viewing[] = [];
    for (const title of titles) {
      const watched = { title, renditions: names.split(' and '), segmentSeconds: 4, segments: 900, bufferSeconds };
      viewings.push(await watch(viewer, watched, 30));
    }
    note(context, viewer, ...viewings);
    const requested = new Set(viewings.flatMap(({ requests }) => requests));
    const inVain = new Set(
      viewer
        .asked()
        .flat()
        .filter((url) => !requested.has(url)),
    );
    expect(inVain.size / requested.size).toBeLessThanOrEqual(0.5);
  });
});

test('three requests at a time, whose tokens come in any order: batches grow as they do one at a time', async () => {
  const calls: number[] = [];
  for (const atATime of [1, 3]) {
    const viewer = viewerOf(each(600));
    const { source } = viewer;
    const urls = Array.from({ length: 200 }, (_, n) => ({ url: segmentOf(film, 'video', n), seconds: 4 }));
    source.learn(mediaOf(film, 'video'), list(urls));
    void (async () => {
      for (let n = 0; n < urls.length; n += atATime)
        await Promise.all(urls.slice(n, n + atATime).map(({ url }) => source.sign(url)));
    })();
    await advanceSeconds(60);
    calls.push(viewer.calls.length);
  }
  // of each batch the first requests of a group may ask once more
  expect(calls[1]!).toBeLessThanOrEqual(calls[0]! * 2);
});
