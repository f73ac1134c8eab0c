import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { mediaTest as it } from '../support/media-test.ts';
import { inPart, runsRest } from '../support/parts.ts';
import type { ScriptPlayer } from '../support/script-players.ts';
import { playersBesideAdapters, scriptPlayers } from '../support/script-players.ts';
import { TRANSIT } from '../support/signer.ts';

const register = (who: string): string => `window.worker = follow(
  await SecureTokenWorker.registerTokenWorker('/token-worker-all.js', { ${who}, protect: args.edge, requests: 'all' }));
  await until(() => worker.controls);`;
/** @param options of the source, but for `protect` */
const inPage = (options: string): string =>
  `source: SecureTokenWorker.createTokenSource({ ${options}, protect: args.edge }),
    playlists: SecureTokenWorker.hlsOrDash`;
/**
 * Seconds that a token lives where an adapter signs. The worker asks the page who has signed a request, and a token that
 * ends before a busy page has answered is one to replace.
 */
const LIVES_TILL_THE_PAGE_ANSWERS = 10;
const signers = {
  'the worker': `endpoint: '/token'`,
  'the page': inPage(`endpoint: '/token'`),
} as const;
const plays = `await video.play();
  await moves(5);
  await seek(15);
  await moves(2);
  await seek(2);
  await moves(2);
  const names = performance.getEntriesByType('resource').map(({ name }) => name);
  return { failures: seen.failures, errors: seen.errors, types: [...new Set(seen.types)], names };`;

async function load(page: Page, { scripts, bundle }: Pick<ScriptPlayer, 'scripts' | 'bundle'>): Promise<void> {
  for (const script of scripts) await page.addScriptTag({ path: `node_modules/${script}` });
  if (bundle) await page.addScriptTag({ content: await bundle() });
}

interface Seen {
  readonly failures: unknown[];
  readonly errors: number;
  readonly types: string[];
  readonly names: string[];
}

describe.concurrent(
  'players that know nothing of tokens, behind the token worker (Chromium)',
  { tags: ['nginx'] },
  () => {
    const [newest, ...others] = scriptPlayers.flatMap((player) =>
      (['the worker', 'the page'] as const).map((place) => ({ ...player, place })),
    );

    for (const { place, ...player } of inPart([newest!], others)) {
      it(`${player.name}, tokens of two seconds in ${place}: plays, seeks, plays on; no refusal`, async ({
        expect,
        page,
        run,
        stage,
      }) => {
        Object.assign(stage.signer, { ttl: 2, transit: TRANSIT });
        stage.network.rate = player.rate ?? 0;
        await load(page, player);
        const seen = await run<Seen>(`${register(signers[place])} ${player.play} ${plays}`, {
          url: stage.url(player.path),
          edge: `${stage.edge}/`,
        });
        expect(seen).toMatchObject({ failures: [], errors: 0, types: ['tokenrenewed'] });
        expect(
          seen.names.filter((entry) => entry.includes('st=')),
          'the page sees no token',
        ).toEqual([]);
        expect(await stage.refusals(), 'each request was signed').toBe(0);
        expect(stage.signer.calls.length).toBeGreaterThan(3);
      });
    }

    for (const { name, path, scripts, play } of runsRest ? playersBesideAdapters : []) {
      it(`${name}: what it has signed is not signed twice`, async ({ expect, page, run, stage }) => {
        Object.assign(stage.signer, { ttl: LIVES_TILL_THE_PAGE_ANSWERS, transit: TRANSIT });
        for (const script of scripts) await page.addScriptTag({ path: script });
        const seen = await run<{ asked: string[]; failures: unknown[] }>(
          `window.asked = [];
        ${register(inPage(`getTokens: ({ urls }) => { asked.push(...urls); throw new Error('signed twice'); }`))}
        ${play}
        return { asked, failures: seen.failures };`,
          { url: stage.url(path), film: stage.url('film.mp4'), edge: `${stage.edge}/` },
        );
        expect(seen).toEqual({ asked: [], failures: [] });
        expect(await stage.refusals()).toBe(0);
        expect(stage.signer.calls.length).toBeGreaterThan(3);
      });
    }
  },
);
