import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Answer } from '../unit/core/lab-answers.ts';
import { each, folder } from '../unit/core/lab-answers.ts';
import type { Lab } from '../unit/core/lab.ts';
import { fakeTime, lab } from '../unit/core/lab.ts';
import { START, advanceSeconds, elapsed, hurry } from '../unit/core/lab-time.ts';
import { FOLDER, MEDIA } from '../unit/core/lab-urls.ts';
import type { Film } from './film-viewer.ts';
import { expanding, play } from './film-viewer.ts';

vi.setConfig({ testTimeout: 120_000 });
fakeTime();

/** Seconds after which everything that a start asks for has been asked for. */
const START_SECONDS = 5;
const MINUTES = 10;

/** The film as `test/session/on-demand-calls` plays it. */
const film: Film = {
  renditions: ['video', 'audio', 'text'],
  segmentSeconds: 2,
  segments: 900,
  bufferSeconds: 30,
};

/** A viewer of those that renew earliest: `jitter` takes off all that it may. */
const earliest = (answer: Answer): Lab => lab(answer, { jitter: 0.3, random: () => 1 });

async function watchFilm(answer: Answer): Promise<Lab> {
  const viewer = earliest(answer);
  const viewing = play(viewer, film);
  await advanceSeconds(MINUTES * 60);
  viewing.leave();
  return viewer;
}

/** Segments of `segmentSeconds`; a reload brings one of them. */
async function watchLive(answer: Answer, segmentSeconds: number, nameOf: (n: number) => string): Promise<Lab> {
  const viewer = earliest(answer);
  const { source } = viewer;
  const request = async (url: string): Promise<void> => {
    if (!source.signNow(url)) await source.sign(url);
  };
  for (let last = 6; elapsed() < MINUTES * 60; last++) {
    await request(MEDIA);
    source.learn(MEDIA, hlsOrDash(livePlaylist(last, segmentSeconds, nameOf)));
    await request(`${FOLDER}${nameOf(last)}`);
    await hurry(segmentSeconds, 0.5);
  }
  return viewer;
}

function livePlaylist(last: number, segmentSeconds: number, nameOf: (n: number) => string): string {
  const head = ['#EXTM3U', `#EXT-X-TARGETDURATION:${segmentSeconds}`, `#EXT-X-MEDIA-SEQUENCE:${last - 5}`];
  const segments = Array.from({ length: 6 }, (_, i) => `#EXTINF:${segmentSeconds},\n${nameOf(last - 5 + i)}`);
  return [...head, ...segments].join('\n');
}

const numbered = (n: number): string => `${n}.ts`;
/** Names segments by hashes that nobody can foresee. */
const hashed = (n: number): string => `${(Math.imul(n + 1, 2654435761) >>> 0).toString(36)}.ts`;

/** Calls of a start, and of the busiest minute after it. */
function figuresOf({ calls }: Lab): [start: number, minute: number] {
  const times = calls.map(({ at }) => at);
  const later = times.filter((at) => at >= START_SECONDS);
  const within = later.map((from) => later.filter((at) => at >= from && at < from + 60).length);
  return [times.length - later.length, Math.max(0, ...within)];
}

const onDemand = {
  'a folder': folder,
  'one URL': each,
  'one URL, with `expand`': (lifetime: number) => expanding(lifetime, film),
} as const;

/** Measurements by the first three columns of the table. */
const measured: Record<string, () => Promise<Lab>> = {
  ...Object.fromEntries(
    Object.entries(onDemand).map(([opens, answer]) => [`${opens} | film | 60 s`, () => watchFilm(answer(60))]),
  ),
  'a folder | live | 60 s': () => watchLive(folder(60), 4, numbered),
  'one URL | live | 60 s': () => watchLive(each(60), 4, numbered),
  'one URL | live, with hashes as names of segments | 60 s': () => watchLive(each(60), 4, hashed),
};

/** New films, seeks and reloads of the page within a minute that a limit has to leave room for. */
const STARTS = 6;
/** Room in a limit for tries that fail, and for a second tab. */
const ROOM = 2;
const limitOf = (start: number, minute: number): number => Math.ceil((ROOM * (STARTS * start + minute)) / 10) * 10;

test('docs/production.md, its table of calls: each row is what is measured, and the limit what its formula says', async () => {
  const rows = [];
  for (const [name, watch] of Object.entries(measured)) {
    const viewer = await watch();
    const [start, minute] = figuresOf(viewer);
    viewer.source.destroy();
    vi.clearAllTimers();
    vi.setSystemTime(START * 1000);
    rows.push(`| ${name} | ${start} | ${minute} | ${limitOf(start, minute)} |`);
  }
  if (process.env.COUNTS) console.log(rows.join('\n'));
  const page = readFileSync('docs/production.md', 'utf8').split('\n');
  expect(page).toEqual(expect.arrayContaining(rows));
});
