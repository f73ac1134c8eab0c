import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import type { Engine, Tab } from './engines.ts';
import { chromium76, chromium86, engines, tabOf } from './engines.ts';
import type { Seen } from './page-helpers.ts';
import { inPart } from './parts.ts';
import type { Player } from './players.ts';
import { behindWorker, fetchingHlsjs, hlsjs, hlsjsBuilt, newest, others, shaka, videojs } from './players.ts';
import type { Signer } from './signer.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

/** A page in which somebody watches. */
export interface Viewer {
  /** The page in Chromium. */
  readonly page: Page;
  /** Runs the body of an async function in the page, with `args` of the player. */
  run<T>(body: string, more?: object): Promise<T>;
  look(): Promise<Seen>;
  /** Resolves with what is seen first that fits. @throws with what was seen last after `seconds`, 60 by default */
  until(fits: (seen: Seen) => boolean, seconds?: number): Promise<Seen>;
  /** Resolves when the picture has moved on by so many seconds. */
  moves(seconds: number): Promise<Seen>;
}

interface Watching {
  /** @default 'exact' */
  readonly carrier?: Carrier;
  /** Path below the carrier. @default the first film of the player */
  readonly path?: string;
  /** Options of the plugin beside its endpoint; `false`: the player is alone. */
  readonly tokens?: object | false;
  /** @default Chromium */
  readonly engine?: Engine | undefined;
  /** Runs before the page is loaded. */
  readonly before?: (page: Page) => Promise<void>;
  /** More of `args`, such as `config`, `late` and `spies`. */
  readonly args?: object;
}

/** What nobody wants to see, and nobody sees. */
export const unnoticed = { failures: [], uncaught: [], leaks: [], error: null };

/** What somebody who watches needs of a stage. */
export interface Watched extends Pick<Stage, 'cdn' | 'url' | 'pages' | 'browser' | 'closes'> {
  readonly signer: Pick<Signer, 'endpoint'>;
}

/** Opens a page of its own context, where `player` plays. */
export async function watch(
  stage: Watched,
  player: Player,
  { carrier = 'exact', path = player.films[0]!, tokens = {}, engine, before, args = {} }: Watching = {},
): Promise<Viewer> {
  const { tab, page } = await openTab(stage, engine);
  if (page) await before?.(page);
  await tab.goto(stage.pages.url(player.scripts));
  if (player.bundle)
    await tab.run(`document.head.append(Object.assign(document.createElement('script'), { textContent: args }))`, [
      await player.bundle(),
    ]);
  const request = carrier === 'cookie' && { request: { credentials: 'include' } };
  const all = {
    src: stage.url(carrier, path),
    cdn: stage.cdn,
    ...(tokens && { tokens: { endpoint: stage.signer.endpoint(carrier), ...request, ...tokens } }),
    ...args,
  };
  const run = <T>(body: string, more: object = {}): Promise<T> => tab.run<T>(body, { ...all, ...more });
  await run(player.play);
  const look = (): Promise<Seen> => tab.run<Seen>('return look()');
  const until: Viewer['until'] = (fits, seconds = 60) => lookUntil(look, fits, seconds);
  return {
    page: page!,
    run,
    look,
    until,
    async moves(seconds) {
      const { currentTime: from } = await look();
      return until(({ currentTime }) => currentTime > from + seconds);
    },
  };
}

async function openTab(stage: Watched, engine: Engine | undefined): Promise<{ tab: Tab; page?: Page }> {
  if (!engine || engine.name === 'chromium') {
    const page = await stage.browser.newPage();
    return { tab: tabOf(page), page };
  }
  const { tab, close } = await engine.open();
  stage.closes(close);
  return { tab };
}

/** Milliseconds between two looks at a page: each costs the processor two, and a dozen players wait at once. */
export const lookEvery = 200;

/**
 * Looks until what is seen fits, and resolves with that.
 * @throws with what was seen last after `seconds`
 */
export async function lookUntil<T>(look: () => Promise<T>, fits: (seen: T) => boolean, seconds: number): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (fits(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Not in ${seconds} s: ${fits.toString()}\n${JSON.stringify(seen)}`);
    await delay(lookEvery);
  }
}

/**
 * Resolves when `count` has stood still for three seconds. What left before may arrive late on a busy machine; what goes
 * on never stands still.
 */
export async function standsStill(count: () => number): Promise<void> {
  let [last, since] = [count(), Date.now()];
  const isStill = (): boolean => {
    if (count() !== last) [last, since] = [count(), Date.now()];
    return Date.now() - since > 3000;
  };
  await vi.waitFor(() => expect(isStill()).toBe(true), { timeout: 60_000, interval: lookEvery });
}

/** The codes and reasons of what a token source has told. */
export const told = ({ tokens }: Pick<Seen, 'tokens'>): string[] =>
  tokens.map(({ type, reason, code, status }) => [type, reason ?? code ?? status].join(' '));

/** Players in engines that are none of today's Chromium. */
const elsewhere: readonly { engine: Engine; players: readonly Player[]; concurrent: boolean }[] = [
  ...engines
    .filter(({ name }) => name !== 'chromium')
    .map((engine) => ({ engine, players: [hlsjs, videojs], concurrent: false })),
  ...inPart(
    [],
    [
      { engine: chromium86, players: [hlsjs, videojs, shaka, fetchingHlsjs, behindWorker], concurrent: true },
      { engine: chromium76, players: [hlsjsBuilt], concurrent: true },
    ],
  ),
];

/**
 * Runs the same tests with each player: in `npm test` with the newest in Chromium, in `npm run test:all` with all others,
 * and with some players in other engines, earlier Chromium among them.
 */
export function describePlayers(title: string, define: (player: Player, engine?: Engine) => void): void {
  for (const player of inPart(newest, others))
    describe(`${title}: ${player.name}`, { concurrent: true }, () => define(player));
  for (const { engine, players, concurrent } of elsewhere)
    for (const player of players)
      describe(
        `${title}: ${player.name} in ${engine.name}`,
        { concurrent, retry: engine.retry, tags: [...engine.tags] },
        () => define(player, engine),
      );
}
