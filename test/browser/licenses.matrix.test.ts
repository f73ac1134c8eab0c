import type { TestContext } from 'vitest';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { OwnProfiles } from '../support/chromium.mjs';
import { openChromium } from '../support/chromium.mjs';
import type { LicenseCarrier } from '../support/license-lab.ts';
import { LicenseLab } from '../support/license-lab.ts';
import type { LicensedPlayer } from '../support/license-page.ts';
import { inPart } from '../support/parts.ts';

let browser: OwnProfiles;
beforeAll(async () => void (browser = await openChromium()));
afterAll(() => browser.close());

const players: LicensedPlayer[] = ['hls.js', 'Video.js', 'Shaka Player', 'dash.js'];
const carriers = inPart<LicenseCarrier>(['query'], ['header']);
const cases = players.flatMap((player) => carriers.map((carrier) => ({ player, carrier })));

describe.concurrent.each(cases)('licences, $player, the token in the $carrier', ({ player, carrier }) => {
  const open = async (context: TestContext): Promise<LicenseLab> => {
    const lab = await LicenseLab.open(browser, player, carrier);
    context.onTestFinished(() => lab[Symbol.asyncDispose]());
    context.skip(!(await lab.hasClearKey()), 'This browser has no ClearKey.');
    return lab;
  };
  const isPlaying = (lab: LicenseLab, after = 0.5): Promise<void> =>
    vi.waitFor(async () => expect((await lab.look()).time).toBeGreaterThan(after), 30_000);

  test('the first one and a renewal after the token has run out are signed, and it plays', async (context) => {
    const lab = await open(context);
    lab.licenseTtl = 2;
    await lab.play();
    await isPlaying(lab);
    expect(lab.licenses).toEqual([200]);
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(lab.licenseExpires), 5000);
    await lab.renew();
    await vi.waitFor(() => expect(lab.licenses).toEqual([200, 200]), 10_000);
    // the server takes a token a little longer than it says, for a busy machine: this one is new
    expect(lab.licenseTokens).toEqual(['L1', 'L2']);
    const { time, errors } = await lab.look();
    expect(errors).toEqual([]);
    await isPlaying(lab, time);
  });

  // hls.js and dash.js show a refused licence
  test.skipIf(player === 'hls.js' || player === 'dash.js')(
    'one that the server refuses is asked for once more with another token, and nobody hears of it',
    async (context) => {
      const lab = await open(context);
      lab.refusals.push({ path: /license/, status: 403, times: 1 });
      await lab.play();
      await isPlaying(lab);
      const [refused, replayed] = lab.requests.filter(({ path }) => path === '/license');
      expect(lab.licenses).toEqual([403, 200]);
      expect([replayed!.method, replayed!.body]).toEqual([refused!.method, refused!.body]);
      expect(lab.licenseTokens).toEqual(['L1', 'L2']);
      expect((await lab.look()).errors).toEqual([]);
    },
  );

  // dash.js itself tries three times more, a second apart; Shaka Player once, and both of its tries are replayed
  const requests = { 'hls.js': 1, 'Video.js': 2, 'Shaka Player': 4, 'dash.js': 4 }[player];
  test(`a server that refuses them all is asked ${requests} times, and the app hears of it`, async (context) => {
    const lab = await open(context);
    lab.refusals.push({ path: /license/, status: 403, times: 99 });
    await lab.play();
    await vi.waitFor(async () => expect((await lab.look()).errors.length).toBeGreaterThan(0), 20_000);
    expect(lab.licenses).toEqual(Array<number>(requests).fill(403));
  });

  test('the signing endpoint is away when it is needed: it waits, and plays once the endpoint is back', async (context) => {
    const lab = await open(context);
    lab.failWith = 503;
    await lab.play();
    const failed = (): number => lab.calls.filter(({ urls }) => urls.some((url) => url.endsWith('/license'))).length;
    await vi.waitFor(() => expect(failed()).toBeGreaterThan(1), 20_000);
    expect(lab.licenses).toEqual([]);
    lab.failWith = 0;
    await isPlaying(lab);
    expect(lab.licenses).toEqual([200]);
  });
});
