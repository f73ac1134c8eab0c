import { afterEach, expect, test, vi } from 'vitest';
import type { TokenRequest, TokensAnswer } from '../../../packages/core/src/index.ts';
import { CDN, createShakaLab } from './shaka-lab.ts';

afterEach(() => vi.unstubAllGlobals());

test('licence request: refused with a status that caches keep: the licence server gets no GET in between', async () => {
  let number = 0;
  const getTokens = ({ urls }: TokenRequest): Promise<TokensAnswer['tokens']> => {
    const expires = Date.now() / 1000 + 60;
    return Promise.resolve(urls.map((url) => ({ url, expires, headers: { 'x-token': `t${++number}` } })));
  };
  const { lib, engine, sent } = createShakaLab('shaka-player', getTokens, [410]);
  const fetched = vi.fn(() => Promise.resolve(new Response('')));
  vi.stubGlobal('fetch', fetched);
  const { NetworkingEngine } = lib.net;
  const retry = { ...NetworkingEngine.defaultRetryParameters(), maxAttempts: 1 };
  const request = NetworkingEngine.makeRequest([`${CDN}/license`], retry);
  request.method = 'POST';
  request.body = new ArrayBuffer(3);
  await engine.request(NetworkingEngine.RequestType.LICENSE, request).promise;
  expect(sent).toHaveLength(2);
  expect(fetched).not.toHaveBeenCalled();
});
