import { list } from 'secure-token-core/playlists';
import type { SignedRequest } from '../../packages/core/src/index.ts';
import type { Answer } from '../unit/core/lab-answers.ts';
import { each } from '../unit/core/lab-answers.ts';
import type { Lab } from '../unit/core/lab.ts';
import { FOLDER } from '../unit/core/lab-urls.ts';

/** A film as hls.js plays it: each rendition is loaded one segment after the other, until its buffer is full. */
export interface Film {
  /** A folder of its own below that of the lab. */
  readonly title?: string;
  readonly renditions: readonly string[];
  readonly segmentSeconds: number;
  readonly segments: number;
  /** Seconds that the player keeps ahead; 0 is a player that loads what it plays. */
  readonly bufferSeconds: number;
}

export interface Viewing {
  /** Requests to the edge: playlists, init segments, segments. */
  readonly requests: string[];
  /** Requests that had no token at hand. */
  readonly waits: string[];
  /** The viewer leaves: nothing is requested any more. */
  leave(): void;
}

/** Seconds that the edge takes for an answer. */
const EDGE_SECONDS = 0.01;

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export const masterOf = ({ title = 'film' }: Film): string => `${FOLDER}${title}/master.m3u8`;
export const mediaOf = ({ title = 'film' }: Film, rendition: string): string =>
  `${FOLDER}${title}/${rendition}/media.m3u8`;
export const initOf = ({ title = 'film' }: Film, rendition: string): string =>
  `${FOLDER}${title}/${rendition}/init.mp4`;
export const segmentOf = ({ title = 'film' }: Film, rendition: string, n: number): string =>
  `${FOLDER}${title}/${rendition}/${n}.m4s`;

/** A token a URL, also for what follows from a playlist: the server's `expand`. */
export const expanding =
  (lifetime: number, expanded: Film): Answer =>
  (call) => {
    const { urls } = call;
    const followed = expanded.renditions
      .filter((name) => urls.includes(masterOf(expanded)) || urls.includes(mediaOf(expanded, name)))
      .flatMap((name) => [
        mediaOf(expanded, name),
        initOf(expanded, name),
        ...Array.from({ length: 6 }, (_, n) => segmentOf(expanded, name, n)),
      ]);
    return each(lifetime)({ ...call, urls: [...new Set([...urls, ...followed])] });
  };

/** An edge that lets everything through. */
const openEdge = (): Promise<void> => pause(EDGE_SECONDS);

/**
 * Begins to play `film` on the fake clock, and plays on until the viewer leaves.
 *
 * @param from the first segment
 * @param edge what becomes of a signed request
 */
export function play(
  { source }: Lab,
  film: Film,
  from = 0,
  edge: (request: SignedRequest) => Promise<unknown> = openEdge,
): Viewing {
  const { renditions, segmentSeconds, segments, bufferSeconds } = film;
  const requests: string[] = [];
  const waits: string[] = [];
  const loaded = new Map<string, number>(renditions.map((name) => [name, 0]));
  let hasLeft = false;
  let startedAt: number | undefined;

  async function load(url: string): Promise<void> {
    if (hasLeft) return;
    requests.push(url);
    const atHand = source.signNow(url);
    if (!atHand) waits.push(url);
    await edge(atHand ?? (await source.sign(url)));
  }

  /** Seconds until there is room in the buffer for the next segment of `rendition`. */
  function secondsToRoom(rendition: string): number {
    if (startedAt === undefined) return 0;
    const played = Date.now() / 1000 - startedAt;
    return loaded.get(rendition)! * segmentSeconds - bufferSeconds - played;
  }

  async function playRendition(rendition: string): Promise<void> {
    await load(mediaOf(film, rendition));
    const urls = Array.from({ length: segments }, (_, n) => ({
      url: segmentOf(film, rendition, n),
      seconds: segmentSeconds,
    }));
    source.learn(
      mediaOf(film, rendition),
      list([{ url: initOf(film, rendition), kind: 'resource' as const }, ...urls]),
    );
    await load(initOf(film, rendition));
    for (let n = from; n < segments && !hasLeft; n++) {
      await load(segmentOf(film, rendition, n));
      loaded.set(rendition, loaded.get(rendition)! + 1);
      if ([...loaded.values()].every((count) => count > 0)) startedAt ??= Date.now() / 1000;
      while (secondsToRoom(rendition) > 0) await pause(secondsToRoom(rendition));
    }
  }

  async function begin(): Promise<void> {
    await load(masterOf(film));
    await Promise.all(renditions.map(playRendition));
  }
  void begin();
  return {
    requests,
    waits,
    leave: () => {
      hasLeft = true;
    },
  };
}
