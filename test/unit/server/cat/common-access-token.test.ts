import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import type { CommonAccessTokenOptions } from '../../../../packages/server/src/cat.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const url = 'https://cdn.example.com/vod/7/index.m3u8?x=1';
const keys = [{ id: 'k', key: '00'.repeat(32) }];
const make = (options: Partial<CommonAccessTokenOptions> = {}): ReturnType<typeof commonAccessToken> =>
  commonAccessToken({ keys, ...options });
const verdictOf = async (
  signing: Partial<CommonAccessTokenOptions>,
  verifying: Partial<CommonAccessTokenOptions> = {},
  target = url,
): Promise<string> => {
  const token = await make(signing).sign(new URL(url), NOW + 60);
  const verdict = await make(verifying).verify(requestWith(target, token), NOW);
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};

describe('commonAccessToken', () => {
  test('opens its folder on its host and scheme', async () => {
    expect(await verdictOf({}, {}, 'https://cdn.example.com/vod/7/720p/seg.ts')).toBe('ok');
    for (const other of [
      'https://cdn.example.com/vod/70/x',
      'https://other.example.com/vod/7/x',
      'http://cdn.example.com/vod/7/x',
    ]) {
      expect(await verdictOf({}, {}, other), other).toBe('403 signature');
    }
  });

  test('conditions by part of the URL; those that are not understood are not met', async () => {
    const when = (part: number, kind: number, value: string): Partial<CommonAccessTokenOptions> => ({
      uri: new Map([[part, new Map([[kind, value]])]]),
    });
    const met: [number, number, string][] = [
      [0, 0, 'https'],
      [1, 2, '.example.com'],
      [2, 0, '443'],
      [3, 1, '/vod/'],
      [3, 3, '/7/'],
      [4, 0, 'x=1'],
      [5, 0, '/vod/7'],
      [6, 0, 'index.m3u8'],
      [7, 0, 'index'],
      [8, 0, '.m3u8'],
    ];
    for (const [part, kind, value] of met)
      expect(await verdictOf(when(part, kind, value)), `${part} ${kind}`).toBe('ok');
    for (const [part, kind, value] of [
      [3, 4, '.*'],
      [3, -1, 'x'],
      [9, 0, ''],
      [1, 0, 'other'],
      [8, 0, '.ts'],
    ] as const) {
      expect(() => make(when(part, kind, value)).sign(new URL(url), NOW), `${part} ${kind}`).toThrow(/^url:/);
      const claims = new Map<number, unknown>([[312, new Map([[part, new Map([[kind, value]])]])]]);
      expect(await verdictOf({ uri: 'any', claims })).toBe('403 signature');
    }
  });

  test('claims that are not known here may restrict the token, so it is refused', async () => {
    for (const claim of [3, 308, 309, 314, 315, 316, 317, 319, 321, 322, 999]) {
      expect(await verdictOf({ claims: new Map([[claim, 'x']]) }), String(claim)).toBe('403 malformed');
    }
    expect(
      await verdictOf({
        claims: new Map<number, unknown>([
          [6, NOW],
          [7, 'id'],
          [323, new Map([[0, 0]])],
        ]),
      }),
    ).toBe('ok');
  });

  test('issuer, methods, beginning and address', async () => {
    expect(await verdictOf({ issuer: 'a' }, { issuer: 'a' })).toBe('ok');
    expect(await verdictOf({ issuer: 'a' }, { issuer: 'b' })).toBe('403 signature');
    expect(await verdictOf({ claims: new Map([[313, ['GET']]]) })).toBe('ok');
    expect(await verdictOf({ claims: new Map([[313, ['HEAD', 'POST']]]) })).toBe('403 signature');
    expect(await verdictOf({ claims: new Map([[313, ['HEAD', 'GET']]]) })).toBe('ok');
    expect(await verdictOf({ claims: new Map([[5, NOW + 1]]) })).toBe('403 malformed');
    expect(await verdictOf({ claims: new Map([[5, 'soon']]) })).toBe('403 malformed');
    const ipRanges = ['203.0.113.0/24', '2001:db8::/32'];
    expect(await verdictOf({ ipRanges })).toBe('403 signature');
    for (const [ip, expected] of [
      ['203.0.113.1', 'ok'],
      ['2001:db8::1', 'ok'],
      ['203.0.114.1', '403 signature'],
    ] as const) {
      expect(await verdictOf({ ipRanges }, { ip })).toBe(expected);
    }
  });

  test('keys are told apart by their ids', async () => {
    const other = { id: 'n', key: 'ff'.repeat(32) };
    expect(await verdictOf({}, { keys: [other, ...keys] })).toBe('ok');
    expect(await verdictOf({}, { keys: [other] })).toBe('403 signature');
    expect(await verdictOf({}, { keys: [{ ...other, id: 'k' }] })).toBe('403 signature');
    expect(() => make({ keys: [] })).toThrow(/^keys:/);
    expect(() => make({ uri: 'any', exact: true })).toThrow(/^uri:/);
  });
});
