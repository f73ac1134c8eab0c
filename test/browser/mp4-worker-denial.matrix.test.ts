import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';

const asking = `{ endpoint: '/token', protect: args.edge }`;
const signing = `{ source: SecureTokenWorker.createTokenSource(${asking}), protect: args.edge }`;
const register = (options: string): string => `window.worker = follow(
    await SecureTokenWorker.registerTokenWorker('/token-worker.js', ${options}));
  await until(() => worker.controls);`;
/**
 * One call, or two: the worker hears of a page that has loaded a moment after that page may have requested its file, and
 * makes a call that is under way again, for whoever asks now.
 */
const expectAskedAgain = (calls: number): void => expect([1, 2]).toContain(calls);
/** Whether the element gets its file. */
const loads = `Object.assign(video, { crossOrigin: 'anonymous', src: args.url });
  await until(() => video.readyState > 2 || video.error);
  return video.error === null;`;
/**
 * Firefox gives an element the data of another one with the same URL, be it one of the page before, as long as that one
 * has not given its file up: no request is made, with or without a service worker, for protected files and for others.
 */
const letGo = `video.removeAttribute('src'); video.load();`;

describeMedia('a denial behind the token worker', ({ name }, mediaIt) => {
  const it = mediaIt.extend<{ run: <T>(body: string) => Promise<T> }>({
    run: async ({ stage, tab }, use) => {
      await use((body) => tab.run(body, { url: stage.url('short.mp4'), edge: `${stage.edge}/` }));
    },
  });

  for (const [place, options] of [
    ['the worker asks', asking],
    ['the page asks', signing],
  ] as const) {
    it(`${place}: it ends with renew()`, async ({ run, stage }) => {
      stage.signer.denies = true;
      expect(await run(register(options) + loads)).toBe(false);
      stage.signer.denies = false;
      expect(await run(loads), 'it is believed').toBe(false);
      expect(await run(`await worker.renew(); ${loads}`)).toBe(true);
    });

    it(`${place}: the next page asks again, is denied in its turn, and that ends with the page after it`, async ({
      run,
      stage,
      tab,
    }) => {
      expect(await run(register(options) + loads)).toBe(true);
      await run(letGo);
      stage.signer.denies = true;
      await tab.goto(stage.origin);
      await run(`await sleep(${stage.signer.ttl} * 1000)`);
      // a slow page before may have asked for more of its file, and a token for that
      const { length: asked } = stage.signer.calls;
      expect(await run(register(options) + loads)).toBe(false);
      expectAskedAgain(stage.signer.calls.length - asked);
      stage.signer.denies = false;
      await tab.goto(stage.origin);
      expect(await run(register(options) + loads)).toBe(true);
    });
  }

  const isHandedOn = name === 'firefox';
  const outcome = isHandedOn
    ? 'plays the data of the page before, without a request, or asks again, and is denied'
    : 'asks again, and is denied';
  it(`an element after a reload of its page ${outcome}`, async ({ run, stage, tab }) => {
    expect(await run(register(asking) + loads)).toBe(true);
    stage.signer.denies = true;
    await tab.goto(stage.origin);
    await run(`await sleep(${stage.signer.ttl} * 1000)`);
    const { passed } = stage.network;
    const { length: asked } = stage.signer.calls;
    const isLoaded = await run(register(asking) + loads);
    if (!isHandedOn) expect(isLoaded).toBe(false);
    if (isLoaded) expect(stage.signer.calls).toHaveLength(asked);
    else expectAskedAgain(stage.signer.calls.length - asked);
    expect(stage.network.passed).toBe(passed);
  });
});
