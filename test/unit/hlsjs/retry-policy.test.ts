import type { LoaderContext, RetryConfig } from 'hls.js';
import Hls from 'hls.js';
import { describe, expect, test } from 'vitest';
import { isRetriedAsShipped } from '../../../packages/hlsjs/src/retry-policy.ts';

const shipped = Hls.DefaultConfig;
const contextOf = (more: object): LoaderContext => ({ url: 'https://cdn.example/x', ...more }) as never;
const segment = contextOf({ frag: {} });
const rule = shipped.fragLoadPolicy.default.errorRetry!;

describe('isRetriedAsShipped', () => {
  test.each([
    ['manifest', 'manifestLoadPolicy', { type: 'manifest' }],
    ['media playlist', 'playlistLoadPolicy', { type: 'level' }],
    ['audio playlist', 'playlistLoadPolicy', { type: 'audioTrack' }],
    ['segment', 'fragLoadPolicy', { frag: {} }],
    ['key', 'keyLoadPolicy', { frag: {}, keyInfo: {} }],
  ] as const)('a %s goes by its %s', (_, name, context) => {
    const { config } = new Hls();
    expect(isRetriedAsShipped(contextOf(context), config, shipped)).toBe(true);
    const own = { ...config, [name]: { default: { ...config[name].default, errorRetry: null } } };
    expect(isRetriedAsShipped(contextOf(context), own, shipped)).toBe(false);
  });

  test.each<[string, RetryConfig]>([
    ['another number of tries', { ...rule, maxNumRetry: 2 }],
    ['another delay', { ...rule, retryDelayMs: 10 }],
    ['a function that decides', { ...rule, shouldRetry: () => true }],
  ])('a rule of the team for segments: %s', (_, errorRetry) => {
    const fragLoadPolicy = { default: { ...shipped.fragLoadPolicy.default, errorRetry } };
    expect(isRetriedAsShipped(segment, new Hls({ fragLoadPolicy }).config, shipped)).toBe(false);
  });

  test('a setting from before there were policies: fragLoadingMaxRetry', () =>
    expect(isRetriedAsShipped(segment, new Hls({ fragLoadingMaxRetry: 2 }).config, shipped)).toBe(false));

  test('other time-outs, and tries as shipped', () =>
    expect(isRetriedAsShipped(segment, new Hls({ fragLoadingTimeOut: 5000 }).config, shipped)).toBe(true));

  test('a list of interstitials: no policy of the team is known', () =>
    expect(isRetriedAsShipped(contextOf({ type: 'asset-list' }), shipped, shipped)).toBe(true));
});
