import { setTimeout as delay } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { createCallOrigins } from './live-call-origins.ts';
import type { RecordedStall, RecordedTokenEvent } from './recording.ts';
import { starvedOf } from './recording.ts';
import type { Stage } from './stage.ts';
import { stageFor } from './stage.ts';
import type { Carrier } from './token-formats.ts';
import { expectNoMoreWaits } from './untouched.ts';

export interface Counts {
  readonly calls: number;
  /** URLs in them. */
  readonly signed: number;
  readonly requests: number;
  /** Requests for media, not for playlists. */
  readonly segments: number;
}

/** A minute or so of viewing, and what it may cost. */
export interface Viewing {
  readonly name: string;
  /** Path at one of the origins of `createCallOrigins`. */
  readonly path: string;
  /** @default 'exact' */
  readonly carrier?: Carrier;
  /** Seconds that tokens live. */
  readonly ttl: number;
  readonly seconds: number;
  /** Beginning of the count: the first request, or the moment when all renditions have begun. */
  readonly from: 'start' | 'middle';
  readonly rate?: number;
  /** Calls of the endpoint at most. */
  readonly atMost: (counts: Counts) => number;
  /** Options of the players. */
  readonly hlsjs?: Record<string, unknown>;
  readonly videojs?: Record<string, unknown>;
}

interface Seen {
  readonly currentTime: number;
  readonly stalls: readonly RecordedStall[];
  readonly tokens: readonly RecordedTokenEvent[];
}

interface LivePlayer {
  play(rate?: number): Promise<void>;
  snapshot(): Promise<Seen>;
  until(fits: (seen: Seen) => boolean, seconds?: number): Promise<Seen>;
}

export interface LiveLibrary {
  /** Opens a player, without tokens where the carrier is `open`. */
  open(stage: Stage, carrier: Carrier, viewing: Pick<Viewing, 'path' | 'hlsjs' | 'videojs'>): Promise<LivePlayer>;
  /** Members of a snapshot if nothing has gone wrong. */
  readonly fine: object;
}

const SECOND = { path: 'one/i.m3u8', from: 'start', seconds: 40 } as const;

const secondsOf20: Viewing = {
  ...SECOND,
  name: 'live, segments of 1 s, tokens of 20 s: a call for six requests',
  ttl: 20,
  atMost: ({ requests }) => requests / 6,
};

/** A short one for `npm test` and `npm run test:all`. The calls of the start count more in a shorter time. */
export const atAGlance: Viewing = { ...secondsOf20, seconds: 12, atMost: (counts) => secondsOf20.atMost(counts) + 2 };

const thirds = {
  hlsjs: {},
  videojs: { html5: { vhs: { llhls: true } }, liveui: true },
};

/** Viewings that are played with each player. */
export const viewings: readonly Viewing[] = [
  secondsOf20,
  {
    ...SECOND,
    name: 'live, segments of 1 s, tokens of 5 s: a call for two requests',
    ttl: 5,
    atMost: ({ requests }) => requests / 2,
  },
  {
    name: 'live with audio and subtitles, segments of 2 s: a call in five of them',
    path: 'live/master.m3u8',
    ttl: 60,
    seconds: 60,
    from: 'middle',
    atMost: () => 60 / (5 * 2),
  },
  {
    name: 'low latency, parts of a third of a second: a call in a second',
    path: 'll/i.m3u8',
    ttl: 20,
    seconds: 30,
    from: 'middle',
    atMost: () => 30,
    ...thirds,
  },
  {
    // without their names known it would be one a segment
    name: 'low latency, parts that are ranges of one file: a call in two segments of 2 s',
    path: 'ranges/i.m3u8',
    ttl: 60,
    seconds: 30,
    from: 'middle',
    atMost: () => 30 / (2 * 2),
    ...thirds,
  },
  {
    name: 'a film with audio and subtitles: six segments a call',
    path: 'hours/fmp4/master.m3u8',
    ttl: 60,
    rate: 4,
    seconds: 30,
    from: 'start',
    atMost: ({ segments }) => segments / 6,
    hlsjs: { maxMaxBufferLength: 30 },
  },
];

/** Viewings as `secondsOf20`, with names of other kinds. */
export const kindsOfNames: readonly Viewing[] = [
  { ...secondsOf20, name: 'numbers with zeros in front', path: 'padded/i.m3u8' },
  { ...secondsOf20, name: 'numbers of folders', path: 'folder/i.m3u8' },
  { ...secondsOf20, name: 'numbers in the query, which is signed', path: 'query/i.m3u8', carrier: 'whole' },
  { ...secondsOf20, name: 'timestamps', path: 'timestamps/i.m3u8' },
  {
    ...secondsOf20,
    name: 'a counter that begins anew at a discontinuity',
    path: 'counters/i.m3u8',
    // behind each of them the first three are no pattern yet
    atMost: ({ requests }) => requests / 4,
  },
  {
    ...secondsOf20,
    name: 'hashes, which follow no pattern: a call a segment, as without looking ahead',
    path: 'hashes/i.m3u8',
    // and those for the token of the playlist
    atMost: ({ segments }) => segments + 4,
  },
];

/** Counts since the beginning of the stage, or since `before`. */
function countsOf(stage: Stage, before?: Counts): Counts {
  const requests = stage.edge.requests;
  const now = {
    calls: stage.signer.calls.length,
    signed: stage.signer.calls.reduce((sum, { urls }) => sum + urls.length, 0),
    requests: requests.length,
    segments: requests.filter(({ path }) => !path.endsWith('.m3u8')).length,
  };
  if (!before) return now;
  const since = (name: keyof Counts): number => now[name] - before[name];
  return {
    calls: since('calls'),
    signed: since('signed'),
    requests: since('requests'),
    segments: since('segments'),
  };
}

/** Returns viewings by their names, for a table of tests. */
export const byName = (viewings: readonly Viewing[]): [string, Viewing][] =>
  viewings.map((viewing) => [viewing.name, viewing]);

/** The calls that `viewing` costs are as few as it says. */
export async function expectFewCalls(
  context: TestContext,
  { open, fine }: LiveLibrary,
  viewing: Viewing,
): Promise<void> {
  const { expect } = context;
  const { carrier = 'exact', ttl, seconds, from, rate = 1, atMost } = viewing;
  const stage = await stageFor(context, { origin: createCallOrigins(), signer: { ttl } });
  const player = await open(stage, carrier, viewing);
  await player.play(rate);
  const { currentTime: first } = await player.snapshot();
  if (from === 'middle') await player.until(({ currentTime }) => currentTime > first + 3);
  const before = from === 'middle' ? countsOf(stage) : undefined;
  const { currentTime: start } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > start + seconds * rate, 60 + 3 * seconds);
  const counts = countsOf(stage, before);
  note(context, counts, seen);
  expect(seen).toMatchObject(fine);
  expect(seen.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
  expect(await stage.refusals()).toEqual([]);
  expect(counts.signed / counts.requests, 'URLs signed for each that was requested').toBeLessThanOrEqual(1.5);
  expect(counts.calls, JSON.stringify(counts)).toBeLessThanOrEqual(atMost(counts));
}

/** An endpoint that is away for eight seconds is not noticed, with tokens of twenty. */
export async function expectNoStall(context: TestContext, { open, fine }: LiveLibrary): Promise<void> {
  const { expect } = context;
  const stage = await stageFor(context, { origin: createCallOrigins(), signer: { ttl: 20 } });
  const [player, untouched] = await Promise.all([open(stage, 'exact', SECOND), open(stage, 'open', SECOND)]);
  await Promise.all([player.play(), untouched.play()]);
  const { currentTime: start } = await player.snapshot();
  await player.until(({ currentTime }) => currentTime > start + 12);
  await stage.signer.close();
  await delay(8000);
  await stage.signer.reopen();
  const back = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > back.currentTime + 15);
  note(context, {}, seen);
  expectNoMoreWaits(seen, await untouched.snapshot());
  expect(seen).toMatchObject(fine);
}

/** `COUNTS=1` shows the figures. */
function note({ task }: TestContext, figures: unknown, { stalls }: Seen): void {
  if (process.env.COUNTS) console.log(task.name, figures, starvedOf(stalls));
}
