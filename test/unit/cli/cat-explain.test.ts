import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { explainToken, findToken, oddities } from '../../../packages/cli/src/commands/cat-command.ts';
import { runCli } from '../../../packages/cli/src/run-cli.ts';
import { commonAccessToken, inspectCommonAccessToken } from '../../../packages/server/src/cat.ts';
import type { CommonAccessTokenOptions, InspectedToken } from '../../../packages/server/src/cat.ts';

const NOW = 1_795_500_000;
const url = 'https://cdn.example.com/vod/7/index.m3u8';
const keys = [{ id: 'k', key: '00'.repeat(32) }];

const tokenOf = async (options: Partial<CommonAccessTokenOptions> = {}, expires = NOW + 60): Promise<string> =>
  Object.values((await commonAccessToken({ keys, ...options }).sign(new URL(url), expires)).query!)[0]!;
const inspected = async (options?: Partial<CommonAccessTokenOptions>, expires?: number): Promise<InspectedToken> =>
  (await inspectCommonAccessToken(await tokenOf(options, expires)))!;
const explained = (token: InspectedToken): string => explainToken(token, oddities(token, NOW));

describe('secure-token cat explain', () => {
  test('says what a token is and opens, with dates, and that nothing is odd', async () => {
    const text = explained(await inspected({ issuer: 'me', renewal: { lifetime: 300, grant: 3600 } }));
    for (const part of [
      '61, 17',
      'HS256 (5)',
      '"k", in the unprotected header',
      'iss             "me"',
      'exp             2026-11-24T06:01:00Z (1795500060)',
      'scheme is "https", host is "cdn.example.com", path begins with "/vod/7/"',
      'Nothing odd',
    ])
      expect(text).toContain(part);
  });

  test.each<[string, Partial<CommonAccessTokenOptions>, number, RegExp]>([
    ['an end that is over', {}, NOW, /It expired at/],
    ['an end that is far', {}, NOW + 100_000, /more than a day/],
    ['no catu', { uri: 'any' }, NOW + 60, /opens every URL of every host/],
    ['a beginning ahead', { claims: new Map([[5, NOW + 10]]) }, NOW + 60, /It begins at 2026-11-24T06:00:10Z/],
  ])('finds %s odd', async (_, options, expires, expected) => {
    const odd = oddities(await inspected(options, expires), NOW);
    expect(odd).toEqual([expect.stringMatching(expected)]);
  });

  test('the token is found in a URL, behind the name of its header, or alone', async () => {
    const token = await tokenOf();
    for (const text of [
      token,
      ` ${token}\n`,
      `https://cdn.example.com/vod/7/a?x=1&cat=${token}`,
      `https://cdn.example.com/vod/7/a?CAT=${token}`,
      `https://cdn.example.com/${token}/vod/7/a`,
      `CTA-Common-Access-Token: ${token}`,
      `Common-Access-Token=${token}`,
    ])
      expect(findToken(text)).toBe(token);
    expect(() => findToken(' ')).toThrow(/empty/);
  });

  test('finds as of --now odd what is odd then', async () => {
    const token = await tokenOf();
    const said: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((text: string) => {
      said.push(text);
    });
    const explain = (now: number): Promise<number> =>
      runCli(['node', 'secure-token', 'cat', 'explain', token, '--now', String(now)], '0');
    expect(await explain(NOW)).toBe(0);
    expect(await explain(NOW + 61)).toBe(1);
    log.mockRestore();
    expect(said[0]).toContain('Nothing odd');
    expect(said[1]).toContain('It expired at');
  });

  test('garbage is explained or no token, and nothing of it moves the cursor', async () => {
    const genuine = Buffer.from(await tokenOf({ claims: new Map([[2, '\u001b[2J\u202e\u2028']]) }), 'base64url');
    const garbage = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(([at, byte]) => {
        const changed = Uint8Array.from(genuine);
        changed[at % changed.length] = byte;
        return Buffer.from(changed).toString('base64url');
      }),
    );
    const property = fc.asyncProperty(garbage, async (text) => {
      const found = await inspectCommonAccessToken(text);
      expect(found ? explained(found) : '').not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}]/u);
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
