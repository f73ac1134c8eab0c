import type Hls from 'hls.js';
import type { ErrorData, Events } from 'hls.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/hlsjs/src/index.ts';

const ERROR = 'hlsError' as unknown as Events.ERROR;
const FPS_DROP = 'hlsFpsDrop' as unknown as Events.FPS_DROP;
const ENDPOINT = 'https://api.example/token';

const denied = (): SecureTokenError => new SecureTokenError('ERR_DENIED', 'no', { status: 403 });

/** Returns what hls.js reports of a request that our loader has ended with `error`. */
const failed = (error: SecureTokenError): ErrorData =>
  ({
    type: 'networkError',
    details: 'fragLoadError',
    fatal: false,
    error: new Error('A network error (status 0) occurred'),
    networkDetails: error,
  }) as unknown as ErrorData;

beforeAll(() => {
  vi.stubGlobal('self', globalThis);
});
afterAll(() => vi.unstubAllGlobals());
const written = vi.fn<(line: string) => void>();
beforeEach(() => {
  vi.useFakeTimers();
  written.mockReset();
  vi.spyOn(console, 'error').mockImplementation(written);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe.each(['hls.js', 'hls.js-1.6', 'hls.js-1.5'])('%s', (version) => {
  let hls: Hls;
  const heard: string[] = [];
  const listen = (): void =>
    hls.on(ERROR, (_, { fatal, error }) => {
      heard.push(`${fatal ? 'fatal ' : ''}${(error as { code?: string }).code ?? error.message}`);
    });

  beforeEach(async () => {
    heard.length = 0;
    const module = (await import(version)) as { default: typeof Hls };
    hls = new module.default({ debug: false });
  });
  afterEach(() => hls.destroy());

  test('a listener of before hears our error as one of after does, and a denial once: fatal', () => {
    listen();
    secureToken(hls, ENDPOINT);
    listen();
    hls.trigger(ERROR, failed(new SecureTokenError('ERR_SIGNING_RESPONSE', 'what?')));
    // without levels to switch to, hls.js takes it for fatal by itself
    expect(heard.splice(0)).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/ERR_SIGNING_RESPONSE$/)));
    hls.trigger(ERROR, failed(denied()));
    expect(heard).toEqual(['fatal ERR_DENIED', 'fatal ERR_DENIED']);
  });

  test('what is not of ours, and other events, pass as they are', () => {
    listen();
    secureToken(hls, ENDPOINT);
    const stalled = { type: 'mediaError', details: 'bufferStalledError', fatal: false, error: new Error('stalled') };
    hls.trigger(ERROR, stalled as unknown as ErrorData);
    expect(heard).toEqual(['stalled']);
    const dropped = vi.fn();
    const drop = { currentDropped: 1, currentDecoded: 2, totalDroppedFrames: 3 };
    hls.on(FPS_DROP, dropped);
    hls.trigger(FPS_DROP, drop);
    expect(dropped).toHaveBeenCalledExactlyOnceWith('hlsFpsDrop', drop);
  });

  test('one denial for which several segments have waited is told once; for the next request again', () => {
    listen();
    secureToken(hls, ENDPOINT);
    const error = denied();
    hls.trigger(ERROR, failed(error));
    hls.trigger(ERROR, failed(error));
    expect(heard.splice(0)).toEqual(['fatal ERR_DENIED']);
    vi.advanceTimersByTime(1);
    hls.trigger(ERROR, failed(error));
    expect(heard).toEqual(['fatal ERR_DENIED']);
  });

  test('two plugins in a row, then none: the player is as it was', () => {
    const ownKeys = Object.keys(hls);
    secureToken(hls, ENDPOINT);
    secureToken(hls, ENDPOINT);
    hls.destroy();
    expect(Object.keys(hls)).toEqual(ownKeys);
  });

  describe('the console, before there is a picture', () => {
    const trigger = async (data: ErrorData): Promise<void> => {
      hls.trigger(ERROR, data);
      await Promise.resolve();
    };
    const withPicture = (played: number): void =>
      void vi.spyOn(hls, 'media', 'get').mockReturnValue({ readyState: 1, played: { length: played } } as never);

    test.each(['ERR_DENIED', 'ERR_SIGNING_RESPONSE', 'ERR_SIGNING_UNAVAILABLE', 'ERR_TOKEN_REFUSED'] as const)(
      'hears of a fatal %s once, whoever listens',
      async (code) => {
        listen();
        secureToken(hls, ENDPOINT);
        for (let time = 0; time < 2; time++) {
          await trigger({ ...failed(new SecureTokenError(code, 'no')), fatal: true });
          vi.advanceTimersByTime(1);
        }
        expect(written.mock.calls).toEqual([[expect.stringContaining(`secure-token: ${code}: no`)]]);
      },
    );

    test('hears of what hls.js takes for fatal only while it tells its controllers', async () => {
      secureToken(hls, ENDPOINT);
      hls.on(ERROR, (_, data) => void (data.fatal = true));
      await trigger(failed(new SecureTokenError('ERR_SIGNING_RESPONSE', 'what?')));
      expect(written).toHaveBeenCalledOnce();
    });

    test('hears nothing of what hls.js goes on after, nor of what is not ours', async () => {
      secureToken(hls, ENDPOINT);
      hls.on(ERROR, (_, data) => void (data.fatal = false));
      await trigger(failed(new SecureTokenError('ERR_SIGNING_RESPONSE', 'what?')));
      await trigger({ ...failed(denied()), fatal: true, networkDetails: null });
      expect(written).not.toHaveBeenCalled();
    });

    test('hears nothing of a fatal one after the first picture, also where the app destroys the player', async () => {
      secureToken(hls, ENDPOINT);
      withPicture(1);
      hls.on(ERROR, () => {
        vi.spyOn(hls, 'media', 'get').mockReturnValue(null);
      });
      await trigger(failed(denied()));
      expect(written).not.toHaveBeenCalled();
    });
  });

  test('what the app has put in place of `emit` is called, before and after', () => {
    const { emit } = hls;
    const before = vi.fn(emit);
    hls.emit = before;
    secureToken(hls, ENDPOINT);
    hls.trigger(ERROR, failed(denied()));
    expect(before).toHaveBeenCalledOnce();
    const after = vi.fn<typeof emit>(hls.emit.bind(hls));
    hls.emit = after;
    hls.destroy();
    expect(hls.emit).toBe(after);
  });
});
