import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { secureToken } from '../../../packages/hlsjs/src/index.ts';
import type { TokenSource, TokenSourceOptions } from '../../../packages/hlsjs/src/index.ts';
import { FakeLoader, MANIFEST } from './loader-lab.ts';

const FakeController = class {
  readonly isFake = true;
};
class FakeHls {
  static DefaultConfig: object = { abrController: FakeController, fpsController: FakeController };
  readonly config = { loader: FakeLoader, ...FakeHls.DefaultConfig } as unknown as HlsConfig;
  readonly userConfig = {};
  readonly loadSource = vi.fn();
  readonly startLoad = vi.fn();
  forceStartLoad = false;
  readonly on = vi.fn();
  url: string | null = null;
  levels: object[] = [];
}

const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
const sources: TokenSource[] = [];
const attach = (hls: FakeHls, more: Partial<TokenSourceOptions> = {}): void => {
  sources.push(secureToken(hls as unknown as Hls, { endpoint: 'https://api.example/token', ...more }));
};
let hls: FakeHls;
beforeEach(() => {
  warn.mockClear();
  hls = new FakeHls();
});
afterEach(() => sources.splice(0).forEach((source) => source.destroy()));

test('a manifest that was asked for without a token, and is not there: told once, and loaded again with one', () => {
  hls.url = MANIFEST;
  hls.loadSource.mockImplementation(() => {
    // the loaders are in place by then
    expect(hls.config.loader).not.toBe(FakeLoader);
  });
  attach(hls);
  expect(hls.loadSource).toHaveBeenCalledExactlyOnceWith(MANIFEST);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(/after hls\.loadSource\(\).*loaded again/);
  attach(hls);
  expect(hls.loadSource).toHaveBeenCalledOnce();
  expect(warn).toHaveBeenCalledOnce();
});

test('before loadSource: nothing is told', () => {
  attach(hls);
  expect([hls.loadSource.mock.calls, warn.mock.calls]).toEqual([[], []]);
});

test('between sources: the manifest has arrived, and needed no token', () => {
  Object.assign(hls, { url: MANIFEST, levels: [{}] });
  attach(hls);
  expect([hls.loadSource.mock.calls, warn.mock.calls]).toEqual([[], []]);
});

test('a source that is not protected needs no token', () => {
  hls.url = MANIFEST;
  attach(hls, { protect: 'https://other.example/' });
  expect([hls.loadSource.mock.calls, warn.mock.calls]).toEqual([[], []]);
});

test('while hls.js is being made, as in the form for its configuration: its levels are not asked for', () => {
  Object.defineProperty(hls, 'levels', {
    get: () => {
      throw new TypeError('no level controller');
    },
  });
  expect(() => attach(hls)).not.toThrow();
});
test.each([true, false])('with autoStartLoad: false, loading goes on if the app had started it: %s', (isStarted) => {
  hls.url = MANIFEST;
  hls.forceStartLoad = isStarted;
  hls.loadSource.mockImplementation(() => (hls.forceStartLoad = false));
  attach(hls);
  expect(hls.startLoad).toHaveBeenCalledTimes(isStarted ? 1 : 0);
  if (isStarted) expect(hls.startLoad).toHaveBeenCalledAfter(hls.loadSource);
});
