import type { TestContext } from 'vitest';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import type { OwnProfiles } from './chromium.mjs';
import { openChromium } from './chromium.mjs';
import type { FirstFrame, PlayerScripts, Start } from './first-frame.ts';
import { seeFirstFrame } from './first-frame.ts';

const paths = ['vod/ts/master.m3u8', 'vod/fmp4/master.m3u8', 'vod/aes/i.m3u8'];

/** Before the picture. */
const callsOf = ({ untilPicture }: FirstFrame): string[] => untilPicture.filter((asked) => asked === 'token');

/** How many round trips to the endpoint a player waits for before its first picture. */
export function describeFirstFrame(player: string, scripts: PlayerScripts): void {
  describe(`the first frame of ${player}`, () => {
    let browser: OwnProfiles;
    beforeAll(async () => {
      browser = await openChromium();
    });
    afterAll(() => browser.close());

    /** Beside a player without tokens, which asks for the same. */
    const see = async (context: TestContext, path: string, start: Start): Promise<FirstFrame> => {
      const open = (how: Start): Promise<FirstFrame> => seeFirstFrame(context, browser, scripts, path, how);
      const [plain, signed] = await Promise.all([open('unprotected'), open(start)]);
      // in the end each waits for what the server holds back
      await vi.waitFor(() => context.expect(signed.requests()).toEqual(plain.requests()), { timeout: 20_000 });
      context.expect(signed.refusals).toEqual([]);
      return signed;
    };

    test.concurrent.for(paths)(
      'with `expand`, %s costs one call, and nothing waits for a second',
      async (path, context) => {
        const seen = await see(context, path, 'expand');
        context.expect(seen.untilPicture[0]).toBe('token');
        context.expect(callsOf(seen), seen.untilPicture.join(' ')).toHaveLength(1);
      },
    );

    test.concurrent.for(paths)('with tokens in the page, %s costs no call', async (path, context) => {
      const seen = await see(context, path, 'tokens');
      context.expect(callsOf(seen), seen.untilPicture.join(' ')).toHaveLength(0);
    });

    test.concurrent('with neither it costs one a level', async (context) => {
      const seen = await see(context, 'vod/ts/master.m3u8', 'endpoint');
      context.expect(callsOf(seen).length, seen.untilPicture.join(' ')).toBeGreaterThan(1);
    });
  });
}
