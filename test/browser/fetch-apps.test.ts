import { describe, expect, test } from 'vitest';
import type { Player } from '../support/players.ts';
import { hlsjs } from '../support/players.ts';
import { stageFor } from '../support/stage.ts';
import { told, watch } from '../support/viewer.ts';

const fetchScript = 'packages/fetch/dist/secure-token-fetch.min.js';
const install = `window.installed = SecureTokenFetch.installSecureFetch({ ...args.tokens, protect: args.cdn + '/' });
  follow(installed.source);`;

describe.concurrent('a page with a fetch that signs', () => {
  test(
    'a 410 that the browser keeps is replayed past its cache',
    { tags: ['nginx', 'libfaketime'] },
    async (context) => {
      const stage = await stageFor(context, { movableClock: true });
      const page: Player = { ...hlsjs, scripts: [fetchScript], play: install };
      const viewer = await watch(stage, page, { carrier: 'header' });
      const status = (name: string): Promise<number> =>
        viewer.run('return (await fetch(args.url)).status', { url: stage.url('header', `vod/fmp4/lo/${name}`) });
      expect(await status('s000.m4s')).toBe(200);
      // every token has died, and the page does not know
      await stage.moveClock(120);
      expect(await status('s001.m4s')).toBe(200);
      expect((await stage.refusals()).map(({ status: code }) => code)).toEqual([410]);
    },
  );

  test('hls.js with a source of its own and a loader that fetches is not signed twice', async (context) => {
    const stage = await stageFor(context);
    const page: Player = { ...hlsjs, scripts: [...hlsjs.scripts, fetchScript], play: install + hlsjs.play };
    const viewer = await watch(stage, page, {
      carrier: 'path',
      path: 'vod/ts/master.m3u8',
      args: { config: { progressive: true } },
    });
    const seen = await viewer.until(({ currentTime }) => currentTime > 2);
    expect(told(seen)).toEqual(['tokenrenewed initial']);
    expect(stage.signer.calls.map(({ reason }) => reason)).toEqual(['initial']);
    expect(await stage.refusals()).toEqual([]);
  });
});
