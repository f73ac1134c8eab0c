import type Hls from 'hls.js';
import type { ErrorData, Events } from 'hls.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/hlsjs/src/index.ts';

const ERROR = 'hlsError' as unknown as Events.ERROR;
const FPS_DROP = 'hlsFpsDrop' as unknown as Events.FPS_DROP;
const ENDPOINT = 'https://api.example/token';

const denied = (): SecureTokenError => new SecureTokenError('ERR_DENIED', 'no', { status: 403 });

/** As hls.js reports a request that our loader has ended with `error`. */
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
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

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
