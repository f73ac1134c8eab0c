import { examine } from 'secure-token-cli/doctor';
import { beforeAll, describe } from 'vitest';
import { chromiumPath } from '../support/chromium.mjs';
import { exampleTest as it } from '../support/examples-page.ts';
import { listen } from '../support/listen.ts';

beforeAll(async () => {
  process.env.CHROMIUM_PATH ??= await chromiumPath();
});

const FILM = '/film/fmp4/master.m3u8';

describe('examine, in a browser', () => {
  it('finds nothing where the film has a picture, and of an edge with a wrong clock that the player is refused', async ({
    expect,
    examples,
  }) => {
    const page = examples.url;
    const options = { url: examples.edge + FILM, endpoint: `${examples.app}/token`, page, browser: true };
    expect((await examine(options)).findings).toEqual([]);
    await fetch(`${examples.app}/controls`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ edgeClock: 30 }),
    });
    const { findings } = await examine(options);
    expect(findings[0]).toMatchObject({ code: 'edge-clock' });
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['browser-refused', 'browser-no-picture']));
    expect(JSON.stringify(findings)).not.toContain('st=');
  });

  it('names the directive of the page whose policy blocks the endpoint', async ({ expect, examples }) => {
    const policy = { 'Content-Security-Policy': `script-src 'none'; connect-src ${examples.edge}` };
    const page = await listen(async () => new Response('', { headers: policy }));
    const { findings } = await examine({
      ...{ url: examples.edge + FILM, endpoint: `${examples.app}/token` },
      ...{ page: `${page.origin}/watch`, browser: true },
    });
    await page.close();
    expect(findings.find(({ code }) => code === 'browser-csp')?.message).toContain(
      `connect-src does not name ${examples.app}.`,
    );
  });
});
