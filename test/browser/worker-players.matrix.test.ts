import { describe } from 'vitest';
import { mediaTest as it } from '../support/media-test.ts';
import { hasNginx } from '../support/nginx.ts';
import { inPart, runsRest } from '../support/parts.ts';
import { playersBesideAdapters, scriptPlayers } from '../support/script-players.ts';

const register = (who: string): string => `window.worker = follow(
  await SecureTokenWorker.registerTokenWorker('/token-worker.js', { ${who}, protect: args.edge, requests: 'all' }));`;
const signers = {
  'the worker': `endpoint: '/token'`,
  'the page': `endpoint: '/token', request: () => ({})`,
} as const;
const plays = `await video.play();
  await moves(5);
  await seek(15);
  await moves(2);
  await seek(2);
  await moves(2);
  const names = performance.getEntriesByType('resource').map(({ name }) => name);
  return { failures: seen.failures, errors: seen.errors, types: [...new Set(seen.types)], names };`;

interface Seen {
  readonly failures: unknown[];
  readonly errors: number;
  readonly types: string[];
  readonly names: string[];
}

describe.runIf(hasNginx).concurrent('players that know nothing of tokens, behind the token worker (Chromium)', () => {
  const [newest, ...others] = scriptPlayers.flatMap((player) =>
    (['the worker', 'the page'] as const).map((place) => ({ ...player, place })),
  );

  for (const { name, path, scripts, play, place } of inPart([newest!], others)) {
    it(`${name}, tokens of two seconds in ${place}: plays, seeks, plays on; no refusal`, async ({
      expect,
      page,
      run,
      stage,
    }) => {
      stage.signer.ttl = 2;
      for (const script of scripts) await page.addScriptTag({ path: `node_modules/${script}` });
      const seen = await run<Seen>(`${register(signers[place])} ${play} ${plays}`, {
        url: stage.url(path),
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
      stage.signer.ttl = 2;
      for (const script of scripts) await page.addScriptTag({ path: script });
      const seen = await run<{ asked: string[]; failures: unknown[] }>(
        `window.asked = [];
        ${register(`getTokens: ({ urls }) => { asked.push(...urls); throw new Error('signed twice'); }`)}
        ${play}
        return { asked, failures: seen.failures };`,
        { url: stage.url(path), film: stage.url('film.mp4'), edge: `${stage.edge}/` },
      );
      expect(seen).toEqual({ asked: [], failures: [] });
      expect(await stage.refusals()).toBe(0);
      expect(stage.signer.calls.length).toBeGreaterThan(3);
    });
  }
});
