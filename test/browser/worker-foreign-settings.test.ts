import { describe, onTestFinished } from 'vitest';
import { runIn } from '../support/engines.ts';
import { listen } from '../support/listen.ts';
import { registersAlone, scriptTest as it } from '../support/script-edge.ts';

/** A server of somebody else: it hands out tokens that lead to itself, and serves files there. */
async function startEvil(site: string) {
  const asked: string[] = [];
  const server = await listen(async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== 'OPTIONS') asked.push(pathname);
    const token = { prefix: `${site}/watch/`, base: `${server.origin}/watch/`, expires: Date.now() / 1000 + 600 };
    return Response.json(pathname === '/token' ? { tokens: [token] } : { from: 'evil' }, {
      headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' },
    });
  });
  onTestFinished(() => server.close());
  return { origin: server.origin, asked };
}

/** Body of a function in the page: what one injected script does, of which nothing is left afterwards. */
const injected = `const settings = { endpoint: args.evil + '/token', protect: [location.origin + '/watch/', args.evil + '/'],
    requests: 'all' };
  const url = '/token-worker-all.js?secure-token=' + encodeURIComponent(JSON.stringify(settings));
  const registration = await navigator.serviceWorker.register(url, { scope: args.scope });
  await until(() => registration.active?.state === 'activated');`;

describe.concurrent('the file of the token worker, registered with settings of somebody else (Chromium)', () => {
  it.for([
    ['for a folder of the site, it does nothing', '/watch/', []],
    ['for all of the site, it is not answered, and replaced', '/', ['/token']],
  ] as const)('%s: no page gets a file from elsewhere', async ([, scope, asked], { expect, lab, page, run }) => {
    const evil = await startEvil(lab.site.origin);
    await run(injected, { evil: evil.origin, scope });
    await page.goto('about:blank');

    // a later visit to the clean page, which is controlled by that worker at first
    await page.goto(`${lab.site.origin}/watch/`);
    const seen = await runIn<{ media: boolean; texts: string[] }>(
      page,
      `const element = document.createElement('video');
      element.src = '/watch/film.mp4';
      const media = new Promise((resolve) => element.addEventListener('error', () => resolve(true)));
      const texts = [await (await fetch('/watch/config.json')).text()];
      const registered = (async () => { ${registersAlone()} })();
      for (let turn = 0; turn < 5; turn++) {
        texts.push(await (await fetch('/watch/config.json')).text());
        await sleep(100);
      }
      await registered;
      texts.push(await (await fetch('/watch/config.json')).text());
      return { media: await media, texts };`,
      { vod: `${lab.edge.origin}/vod/` },
    );
    expect(seen.texts.filter((text) => text.includes('evil'))).toEqual([]);
    expect([...new Set(evil.asked)]).toEqual(asked);
  });
});
