import { describe, expect, test } from 'vitest';
import { formatNamed, formats, makeFormat } from '../../../packages/cli/src/format/formats.ts';
import type { Settings } from '../../../packages/cli/src/format/formats.ts';
import { recognise } from '../../../packages/cli/src/format/recognise.ts';
import { signUrl, verifyUrl } from '../../../packages/server/src/index.ts';
import { base64Key, hexKey, rsaKey, secret, videoId } from '../../support/format-samples.ts';

const END = 2_000_000_000;
const NOW = END - 60;
const film = 'https://cdn.example.com/vod/7/a.m3u8';

interface Case {
  readonly format: string;
  readonly secrets: readonly string[];
  readonly ids?: readonly string[];
  readonly settings?: Settings;
  readonly url?: string;
  /** Settings that no token says, and that the command line has to say. */
  readonly untold?: Settings;
}
const google = { secrets: [base64Key], ids: ['k'] };
const link = (layout: string, settings: Settings = {}): Case => ({
  format: 'secureLink',
  secrets: [secret],
  settings: { layout, ...settings },
  untold: settings,
});
const china = { validity: 1800, maxTtl: 86_400 };

const cases: readonly Case[] = [
  { format: 'azion', secrets: [secret] },
  link('keyCdn'),
  link('cdn77'),
  link('cdn77Path'),
  link('gcore'),
  link('bunnyBasic'),
  link('jwPlayer'),
  link('alibabaA', china),
  link('alibabaCQuery', china),
  link('huaweiA', china),
  link('qiniu'),
  link('nginxHmac'),
  link('tencentA', china),
  link('tencentD', china),
  { format: 'edgeAuth', secrets: [hexKey] },
  { format: 'edgeAuth', secrets: [hexKey], settings: { param: 'hdnea', acl: ['/vod/*', '/live/*'] } },
  { format: 'edgeAuth', secrets: [hexKey], settings: { exact: true } },
  { format: 'cloudFront', secrets: [rsaKey], ids: ['K2JCJMDEHXQW5F'], settings: { carrier: 'query' } },
  { format: 'cloudFront', secrets: [rsaKey], ids: ['K2'], settings: { carrier: 'query', exact: true } },
  { format: 'bunny', secrets: [secret] },
  { format: 'bunny', secrets: [secret], settings: { carrier: 'query', exact: true } },
  { format: 'bunny', secrets: [secret], settings: { carrier: 'query', version: 2 } },
  { format: 'mediaCdn', ...google, settings: { carrier: 'query' } },
  { format: 'mediaCdn', ...google, settings: { carrier: 'path' } },
  { format: 'cloudCdn', ...google },
  { format: 'mediaCdnToken', secrets: [base64Key] },
  { format: 'mediaCdnToken', secrets: [base64Key], settings: { algorithm: 'sha256' } },
  { format: 'cloudflare', secrets: [secret], settings: { ttl: 3600 }, untold: { ttl: 3600 } },
  { format: 'fastly', secrets: [base64Key] },
  { format: 'fastly', secrets: [base64Key], settings: { algorithm: 'sha1', param: 'auth' } },
  { format: 'wowza', secrets: [secret] },
  { format: 'wowza', secrets: [secret], settings: { prefix: 'my' } },
  { format: 'mux', secrets: [rsaKey], ids: ['k'], url: 'https://stream.mux.com/abc.m3u8' },
  {
    format: 'cloudflareStream',
    secrets: [rsaKey],
    ids: ['k'],
    url: `https://customer-x.cloudflarestream.com/${videoId}/manifest/video.m3u8`,
  },
  { format: 'jwPlayer', secrets: [secret] },
  { format: 'jwt', secrets: [secret], settings: { algorithm: 'HS256', claims: { sub: '{path}', level: 2 } } },
  { format: 'jwt', secrets: [secret], settings: { algorithm: 'HS256', depth: 2 } },
  { format: 'commonAccessToken', secrets: [hexKey], ids: ['k'] },
];

describe('a token in a URL', () => {
  test.each(cases)(
    '$format $settings: is recognised, and judged with the secret and what it shows',
    async ({ format, secrets, ids = [], settings = {}, url = film, untold = {} }) => {
      const named = formatNamed(format);
      const made = await makeFormat(named, named.keys(secrets, ids), { maxTtl: Infinity, ...settings });
      const signed = await signUrl(url, { format: made, expires: END });
      const found = (await recognise(signed))!;
      expect(found).toMatchObject({ format, bare: url });
      // they carry the time of signing: the CDN is configured with the lifetime
      if ('ttl' in untold || 'validity' in untold) expect(found.expires).toBeUndefined();
      else expect(Math.abs(found.expires! - END)).toBeLessThan(1801 + 3600 * 12);
      const keyIds = ids.length > 0 ? [found.keyId ?? ids[0]!] : [];
      const keys = named.keys(secrets, keyIds);
      const again = await makeFormat(named, keys, { maxTtl: Infinity, ...found.settings, ...untold });
      expect(await verifyUrl(signed, { format: again, now: NOW })).toMatchObject({ ok: true });
    },
  );

  test.each(cases)('$format $settings: shows what it opens or claims, and not the secret', async (each) => {
    const { format, secrets, ids = [], settings = {}, url = film } = each;
    const named = formatNamed(format);
    const made = await makeFormat(named, named.keys(secrets, ids), { maxTtl: Infinity, ...settings });
    const { opens, claims } = (await recognise(await signUrl(url, { format: made, expires: END })))!;
    expect(opens ?? claims).toBeTruthy();
    expect(`${opens} ${JSON.stringify(claims)}`).not.toContain(secrets[0]!);
  });

  test('is tried in every format that verifies', () => {
    const stores = ['s3', 'googleStorage', 'azureBlob'];
    const names = formats.map(({ name }) => name).filter((name) => !stores.includes(name));
    expect(new Set(cases.map(({ format }) => format))).toEqual(new Set(names));
  });

  test.each([
    [
      's3',
      'X-Amz-Credential=AKIDEXAMPLE%2F20330518%2Fs3&X-Amz-Date=20330518T032320Z&X-Amz-Expires=900&X-Amz-Signature=00ff',
      'AKIDEXAMPLE',
    ],
    [
      'googleStorage',
      'X-Goog-Credential=a%40b%2F20330518&X-Goog-Date=20330518T032320Z&X-Goog-Expires=900&X-Goog-Signature=00ff',
      'a@b',
    ],
    ['azureBlob', 'sv=2022-11-02&se=2033-05-18T03%3A33%3A20Z&sr=b&sp=r&sig=00ff', undefined],
  ])('of a store, %s, shows end and key, and that only the store can judge it', async (format, query, keyId) => {
    const found = await recognise(`https://store.example.com/a.mp4?x=1&${query}`);
    expect(found).toMatchObject({ bare: 'https://store.example.com/a.mp4?x=1', format, keyId, isOfStore: true });
    expect(Math.abs(found!.expires! - END)).toBeLessThan(1000);
    expect(JSON.stringify(found)).not.toContain('00ff');
  });

  test.each(['https://cdn.example.com/a.mp4', 'https://cdn.example.com/a.mp4?quality=hd&token=x', 'no URL', ''])(
    'is none: %s',
    async (text) => {
      expect(await recognise(text)).toBeUndefined();
    },
  );
});

describe('what strangers have written into a URL', () => {
  const inBase64 = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll('=', '');
  const jws = (header: unknown): string => `${inBase64(header)}.${inBase64({ exp: 1 })}.AAAA`;

  test.each([
    ['a CBOR that is no map', 'x=0YRAoEEFUAcHBwcHBwcHBwcHBwcHBwc'],
    ['a policy without a list', `Policy=${inBase64({ Statement: 5 })}&Signature=a&Key-Pair-Id=K`],
    ['a key id that is no text', `token=${jws({ alg: 'HS256', kid: { toString: 1 } })}`],
  ])('%s ends nothing', async (_, query) => {
    await expect(recognise(`${film}?${query}`).then(() => 'answered')).resolves.toBe('answered');
  });

  test('control characters do not reach a terminal', async () => {
    const found = await recognise(`${film}?token=${jws({ alg: 'HS256', kid: 'a\u001b[2Jb' })}`);
    expect(found?.keyId).toBe('a\ufffd[2Jb');
  });
});
