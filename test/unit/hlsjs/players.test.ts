import type Hls from 'hls.js';
import type { ErrorData, Events, HlsConfig } from 'hls.js';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError, createTokenSource } from '../../../packages/core/src/index.ts';
import { secureToken, secureTokenConfig } from '../../../packages/hlsjs/src/index.ts';
import { FakeLoader, MANIFEST, attempts, fakeLoaders, last, settle } from './loader-lab.ts';

let players: Hls[];
let calls: number;
fakeLoaders();
beforeEach(() => {
  vi.stubGlobal('location', new URL('https://app.test/'));
  for (const method of ['warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  players = [];
  calls = 0;
});
afterEach(() => {
  for (const hls of players) hls.destroy();
  vi.restoreAllMocks();
});

/** Options of a source with tokens of 24 s for the folder of the manifest: the first has `st=a1`. */
const options = (name = 'a', wait = 0) => ({
  jitter: 0,
  getTokens: async () => {
    calls++;
    if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
    return [{ prefix: new URL('.', MANIFEST).href, query: { st: `${name}${calls}` }, expires: Date.now() / 1000 + 24 }];
  },
});
const ERROR = 'hlsError' as unknown as Events.ERROR;

describe.each(['hls.js', 'hls.js-1.6', 'hls.js-1.5'])('%s', (version) => {
  let HlsClass: typeof Hls;
  beforeAll(async () => {
    vi.stubGlobal('self', globalThis);
    HlsClass = ((await import(version)) as { default: typeof Hls }).default;
  });
  const create = (config: Partial<HlsConfig> = {}): Hls => {
    players.push(new HlsClass({ autoStartLoad: false, loader: FakeLoader, ...config }));
    return players.at(-1)!;
  };
  const load = async (hls: Hls): Promise<string | undefined> => {
    hls.loadSource(MANIFEST);
    await settle();
    return attempts().at(-1)?.context?.url;
  };
  const heardOf = (hls: Hls): string[] => {
    const heard: string[] = [];
    const codeOf = ({ error }: ErrorData): string => (error as { code?: string }).code ?? error.message;
    hls.on(ERROR, (_, data) => heard.push(`${data.fatal ? 'fatal ' : ''}${codeOf(data)}`));
    return heard;
  };

  test.each<[string, (hls: Hls) => unknown]>([
    ['', () => undefined],
    [', also if the app has removed all listeners', (hls) => hls.removeAllListeners()],
    [', also if a listener throws', (hls) => hls.on('hlsDestroying' as unknown as Events.DESTROYING, expect.fail)],
  ])('destroy() destroys the source that was made for the player%s', async (_, change) => {
    const hls = create();
    change(hls);
    const source = secureToken(hls, options());
    await load(hls);
    change(hls);
    hls.destroy();
    await expect(source.sign(MANIFEST)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('destroy() leaves a source that was passed in: it renews for the other players, and then for none', async () => {
    const source = createTokenSource(options());
    const [first, second] = [create(), create(secureTokenConfig(source))];
    secureToken(first, source);
    await load(second);
    first.destroy();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(calls).toBe(2);
    second.destroy();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
    expect(await source.sign(MANIFEST).finally(() => source.destroy())).toBeDefined();
  });

  test('called again, it is told, and the first source goes on: a second copy of the plugin costs no call', async () => {
    const hls = create();
    const source = secureToken(hls, options('old'));
    expect(secureToken(hls, options('new'))).toEqual(source);
    expect(secureToken(hls, source)).toEqual(source);
    expect(console.error).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/has a token source already/));
    expect(await load(hls)).toBe(`${MANIFEST}?st=old1`);
  });

  test('child players, such as those of interstitials, inherit tokens', async () => {
    const hls = create({ abrController: class Own extends HlsClass.DefaultConfig.abrController {} });
    secureToken(hls, options('parent'));
    const child = create({ ...hls.userConfig });
    expect(await load(child)).toBe(`${MANIFEST}?st=parent1`);
    expect((child as unknown as { abrController: object }).abrController).toBeInstanceOf(hls.config.abrController);
  });

  test.each<[string, boolean, (config: Partial<HlsConfig>) => unknown]>([
    [
      'assigned',
      false,
      (config) => {
        HlsClass.DefaultConfig = { ...HlsClass.DefaultConfig, ...config };
        return HlsClass.DefaultConfig;
      },
    ],
    ['merged into that of a script', true, (config) => Object.assign(HlsClass.DefaultConfig, config)],
  ])('in Hls.DefaultConfig, %s, it signs, and keeps the frame-rate controller of hls.js', async (_, isScript, put) => {
    const { fpsController } = HlsClass.DefaultConfig;
    vi.stubGlobal('Hls', isScript && HlsClass);
    const changed = put(secureTokenConfig(options()));
    const hls = create();
    expect(HlsClass.DefaultConfig).toBe(changed);
    HlsClass.DefaultConfig = undefined as never;
    Object.assign(HlsClass.DefaultConfig, { fpsController });
    const { coreComponents } = hls as unknown as { coreComponents: object[] };
    expect(coreComponents.filter((it) => it.constructor === fpsController)).toHaveLength(1);
    expect(await load(hls)).toBe(`${MANIFEST}?st=a1`);
  });

  class Own extends FakeLoader {}
  test.each<[string, Partial<HlsConfig>, typeof FakeLoader]>([
    ['the pLoader of the app', { pLoader: Own as never }, Own],
    ['the loader of CMCD, whose data are signed too', { cmcd: {} }, FakeLoader],
    ['the loader of CMCD around that of the app', { cmcd: {}, pLoader: Own as never }, Own],
  ])('%s is signed, once', async (_, config, Loader) => {
    const hls = create(config);
    secureToken(hls, options());
    for (const it of [hls, create({ ...config, ...secureTokenConfig(options('b')) })]) {
      const { searchParams } = new URL((await load(it))!);
      expect([...searchParams.keys()]).toEqual([...('cmcd' in config ? ['CMCD'] : []), 'st']);
      expect(last()).toBeInstanceOf(Loader);
    }
  });

  test.each([true, false])(
    'called after loadSource(): loads it again, signed, and keeps startLoad() (%s)',
    async (isStarted) => {
      const hls = create();
      expect(await load(hls)).toBe(MANIFEST);
      if (isStarted) hls.startLoad();
      for (let time = 0; time < 2; time++) secureToken(hls, options());
      await settle();
      expect(attempts().map(({ context }) => context?.url)).toEqual([undefined, `${MANIFEST}?st=a1`]);
      expect(hls.forceStartLoad).toBe(isStarted);
      expect(console.warn).toHaveBeenCalledExactlyOnceWith(
        expect.stringMatching(/after hls\.loadSource\(\).*loaded again/),
      );
    },
  );

  test.each<[string, object, object[]]>([
    ['if the URL needs no token', { protect: 'https://other.example/' }, []],
    ['once the manifest has arrived', {}, [{}]],
  ])('called after loadSource(): loads nothing again %s', async (_, more, levels) => {
    const hls = create();
    await load(hls);
    vi.spyOn(hls, 'levels', 'get').mockReturnValue(levels as never);
    expect(secureToken(hls, { ...options(), ...more }).protects('https://ads.example/')).toBe(false);
    expect(attempts()).toHaveLength(1);
    expect(vi.mocked(console.warn).mock.calls).toEqual([]);
  });

  const report = (hls: Hls, networkDetails: unknown): unknown => {
    const data = { type: 'mediaError', details: 'bufferStalledError', fatal: false, error: new Error('stalled') };
    return hls.trigger(ERROR, { ...data, networkDetails } as unknown as ErrorData);
  };

  test('a request that is refused twice: the error of hls.js has ours in `data.error`, for earlier listeners too', async () => {
    const hls = create();
    const heard = heardOf(hls);
    secureToken(hls, options());
    const codes: unknown[] = [];
    hls.on(ERROR, (_, { details, response }) => codes.push(details, response?.code));
    await load(hls);
    await last().fail(403);
    await last().fail(403);
    expect(heard).toEqual(['fatal ERR_TOKEN_REFUSED']);
    expect(codes).toEqual(['manifestLoadError', 403]);
    expect(console.error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('ERR_TOKEN_REFUSED'));
    for (const details of [null, new SecureTokenError('ERR_TOKEN_REFUSED', 'no')]) report(hls, details);
    await settle();
    expect(heard.slice(1)).toEqual(['stalled', 'ERR_TOKEN_REFUSED']);
    expect(console.error, 'hls.js goes on').toHaveBeenCalledOnce();
  });

  test('a denial is fatal, and told once a task, however many segments wait for one key', () => {
    const hls = create();
    secureToken(hls, options());
    const heard = heardOf(hls);
    const denial = new SecureTokenError('ERR_DENIED', 'no');
    for (let time = 0; time < 4; time++) {
      report(hls, denial);
      if (time === 1) vi.advanceTimersByTime(1);
    }
    expect(heard).toEqual(['fatal ERR_DENIED', 'fatal ERR_DENIED']);
  });
});
