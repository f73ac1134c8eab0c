import { describe } from 'vitest';
import { mediaTest as it } from '../support/media-test.ts';
import { hasNginx } from '../support/nginx.ts';
import { scriptPlayers } from '../support/script-players.ts';

const inWorker = `window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', {
  endpoint: '/token', protect: args.edge, requests: 'all' }));`;
const inPage = `window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', {
  endpoint: '/token', request: () => ({}), protect: args.edge, requests: 'all' }));`;

describe.runIf(hasNginx).concurrent('players that know nothing of tokens, behind the token worker (Chromium)', () => {
  for (const { name, path, scripts, play } of scriptPlayers) {
    for (const [place, register] of [
      ['the worker', inWorker],
      ['the page', inPage],
    ] as const) {
      it(`${name}, tokens of three seconds in ${place}: plays, seeks, plays on; no refusal`, async ({
        expect,
        page,
        run,
        stage,
      }) => {
        stage.signer.ttl = 3;
        for (const script of scripts) await page.addScriptTag({ path: `node_modules/${script}` });
        const sent: string[] = [];
        page.on('response', (response) => sent.push(response.url()));
        const result = await run<{ failures: unknown[]; errors: number; types: string[]; names: string[] }>(
          `${register}
          ${play}
          await video.play();
          await moves(9);
          await seek(2);
          await moves(4);
          await seek(15);
          await moves(3);
          const names = performance.getEntriesByType('resource').map(({ name }) => name);
          return { failures: seen.failures, errors: seen.errors, types: [...new Set(seen.types)], names };`,
          { url: stage.url(path), edge: `${stage.edge}/` },
        );
        expect(result).toMatchObject({ failures: [], errors: 0, types: ['tokenrenewed'] });
        expect(
          result.names.filter((entry) => entry.includes('st=')),
          'the page sees no token',
        ).toEqual([]);
        expect(await stage.refusals()).toBe(0);
        expect(stage.signer.calls.length).toBeGreaterThan(3);
      });
    }
  }
});
