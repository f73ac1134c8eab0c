import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Lab } from '../support/hls-lab.ts';
import { labVersions } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

const MASTER = '/v/fmp4/master.m3u8';
const SUBTITLES = '/v/fmp4/sub/i.m3u8';

function warningsOf({ page }: Lab): string[] {
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.text().startsWith('secure-token-hlsjs:')) warnings.push(message.text());
  });
  return warnings;
}

describe.concurrent.each(labVersions)('a request that hls.js %s did not sign, and the edge refuses', (version) => {
  test('the player around it has lost the configuration: the console says what to do', async () => {
    await using lab = await labs.open(version);
    const warnings = warningsOf(lab);
    await lab.page.evaluate((url) => {
      window.SecureTokenHls.secureTokenConfig('/token');
      window.lab.create({}).loadSource(url);
    }, MASTER);
    await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 60_000 });
    expect(warnings[0]).toContain(`${lab.origin}/…/master.m3u8 (status 403) was refused, and no player of hls.js`);
    expect(lab.refused).toEqual([`403 ${MASTER}`]);
  });

  test.each(['instance', 'config'] as const)(
    'the page itself has asked (%s form): told once, and nothing of what hls.js asks for',
    async (form) => {
      await using lab = await labs.open(version);
      const warnings = warningsOf(lab);
      lab.refusals.push({ path: /s001\.m4s/, status: 410, times: 1 });
      await lab.page.evaluate(
        async ({ form, master, subtitles }) => {
          const { secureToken, secureTokenConfig } = window.SecureTokenHls;
          const hls = window.lab.create(form === 'config' ? secureTokenConfig('/token') : {});
          if (form === 'instance') secureToken(hls, '/token');
          await window.lab.play(hls, master, 3);
          await fetch(subtitles);
          await fetch(subtitles);
        },
        { form, master: MASTER, subtitles: SUBTITLES },
      );
      await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 60_000 });
      expect(warnings[0]).toContain(`${lab.origin}/…/i.m3u8 (status 403) was requested without a token`);
      expect(lab.refused).toEqual([expect.stringMatching('^410 .*s001'), `403 ${SUBTITLES}`, `403 ${SUBTITLES}`]);
    },
  );
});
