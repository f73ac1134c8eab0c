import type { Page } from 'playwright-core';
import type { PlayerTokens } from './player.ts';
import type { RecordedPage } from './recorded-page.ts';
import { lookUntil } from './recorded-page.ts';
import type { RecordedStall } from './recording.ts';
import { starvedOf } from './recording.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

/** A page with a player in it, as a test drives it. */
export interface PlayerPage<Snapshot, Request = string> {
  readonly page: Page;
  /** Requests for anything but the page's own files, as the browser sent them. */
  readonly requests: readonly Request[];
  /** Starts to play; resolves at the first picture. */
  play(rate?: number): Promise<void>;
  snapshot(): Promise<Snapshot>;
  /** Resolves with the first snapshot that fits. @throws with the last one after `seconds`, 60 by default */
  until(fits: (snapshot: Snapshot) => boolean, seconds?: number): Promise<Snapshot>;
  close(): Promise<void>;
}

/** Trouble that is recorded in the page of every player. */
export interface Trouble {
  /** Stalls for want of media. */
  readonly starved: readonly RecordedStall[];
  /** Exceptions nobody caught. */
  readonly pageErrors: readonly string[];
}

interface Player<Seen, Snapshot> {
  /** Runs inside the page. */
  readonly look: () => Seen;
  readonly complete: (seen: Seen) => Snapshot;
  /** Runs inside the page. @default plays the element */
  readonly start?: (rate: number) => void;
  /** Whether `start` may begin, which waits until then. @default not at all */
  readonly isReady?: (seen: Snapshot) => boolean;
  /** Whether there is a picture that moves. @default where `currentTime` is above 0 */
  readonly isPlaying?: (seen: Snapshot) => boolean;
  /** Describes the last snapshot in an error of `until`. @default all of it */
  readonly describe?: (seen: Snapshot) => string;
}

/** Runs inside the page. */
function startElement(rate: number): void {
  const video = document.querySelector('video')!;
  video.defaultPlaybackRate = video.playbackRate = rate;
  void video.play().catch(() => undefined);
}

const hasPicture = ({ currentTime }: { readonly currentTime: number }): boolean => currentTime > 0;

/** Makes a page that has been opened, and its player, one thing to drive. */
export function playerPage<Seen, Snapshot extends { readonly currentTime: number }>(
  { page, requests, close }: RecordedPage,
  { look, complete, start = startElement, isReady, isPlaying = hasPicture, describe }: Player<Seen, Snapshot>,
): PlayerPage<Snapshot> {
  const snapshot = async (): Promise<Snapshot> => complete(await page.evaluate(look));
  const until: PlayerPage<Snapshot>['until'] = (fits, seconds = 60) => lookUntil(snapshot, fits, seconds, describe);
  return {
    page,
    requests,
    snapshot,
    until,
    async play(rate = 1) {
      if (isReady) await until(isReady);
      await page.evaluate(start, rate);
      await until(isPlaying);
    },
    close,
  };
}

/** Completes a snapshot by the trouble that the page has had. */
export const withTrouble =
  ({ pageErrors }: RecordedPage) =>
  <Seen extends { readonly stalls: readonly RecordedStall[] }>(seen: Seen): Seen & Trouble => ({
    ...seen,
    pageErrors,
    starved: starvedOf(seen.stalls),
  });

/** Options of a token source for a film of `carrier`, as they travel into the page. */
export const tokensFor = (
  { signer }: Pick<Stage, 'signer'>,
  carrier: Carrier,
  tokens: Partial<PlayerTokens> | false,
): PlayerTokens | false =>
  tokens && {
    endpoint: signer.endpoint(carrier),
    ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
    ...tokens,
  };
