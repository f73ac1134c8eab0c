import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatNamed, formats, makeFormat } from '../../../packages/cli/src/format/formats.ts';
import type { Settings } from '../../../packages/cli/src/format/formats.ts';
import { commonAccessToken } from '../../../packages/server/src/cat.ts';
import * as server from '../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../packages/server/src/index.ts';
import { cloudflareStream, jwt } from '../../../packages/server/src/jwt.ts';
import { s3 } from '../../../packages/server/src/s3.ts';
import { base64Key, hexKey, rsaKey, secret, videoId } from '../../support/format-samples.ts';

const jwk = createPrivateKey(rsaKey).export({ format: 'jwk' });
const film = '/vod/7/a.m3u8';

interface Call {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly ids?: readonly string[];
  readonly settings?: Settings;
}
const make = ({ name, secrets, ids = [], settings = {} }: Call): Promise<TokenFormat> => {
  const format = formatNamed(name);
  return makeFormat(format, format.keys(secrets, ids), settings);
};

/**
 * Calls whose settings are translated, and the formats that they mean as code would make them. `recognise.test.ts` has
 * the others.
 */
const calls: readonly (Call & { readonly meant: TokenFormat; readonly path?: string })[] = [
  { name: 'azion', secrets: [secret, 'old'], meant: server.azion({ secrets: [secret, 'old'] }) },
  {
    name: 'secureLink',
    secrets: [secret],
    settings: { layout: 'cdn77Path', depth: 1 },
    meant: server.secureLink({ secret, ...server.secureLinkLayouts.cdn77Path, depth: 1 }),
  },
  {
    name: 'cloudflareStream',
    secrets: [JSON.stringify(jwk)],
    ids: ['k'],
    meant: cloudflareStream({ keys: [{ id: 'k', key: jwk }] }),
    path: `/${videoId}/manifest/video.m3u8`,
  },
  {
    name: 'jwt',
    secrets: [secret],
    settings: { algorithm: 'HS256', claims: { sub: '{path}', level: 2 } },
    meant: jwt({
      keys: [{ key: secret }],
      algorithm: 'HS256',
      claims: ({ pathname }) => ({ sub: pathname, level: 2 }),
    }),
  },
  {
    name: 'jwt',
    secrets: [secret],
    settings: { algorithm: 'HS256', depth: 1 },
    meant: jwt({ keys: [{ key: secret }], algorithm: 'HS256', depth: 1 }),
  },
  {
    name: 'commonAccessToken',
    secrets: [hexKey],
    ids: ['k'],
    settings: { uri: { 3: { 1: '/vod/' } }, claims: { 323: { 0: 2, 3: 60 } } },
    meant: commonAccessToken({
      keys: [{ id: 'k', key: hexKey }],
      uri: new Map([[3, new Map([[1, '/vod/']])]]),
      claims: new Map([[323, new Map(Object.entries({ 0: 2, 3: 60 }).map(([name, value]) => [Number(name), value]))]]),
    }),
  },
];

/** Formats that only sign, with a URL of the store. */
const storeCalls: readonly (Call & { readonly meant: TokenFormat; readonly url: string })[] = [
  {
    name: 's3',
    secrets: [hexKey],
    ids: ['AKID'],
    settings: { region: 'eu-central-1', bucket: 'films' },
    meant: s3({ region: 'eu-central-1', bucket: 'films', accessKeyId: 'AKID', secretAccessKey: hexKey }),
    url: `https://films.s3.eu-central-1.amazonaws.com${film}`,
  },
  {
    name: 'googleStorage',
    secrets: [rsaKey],
    ids: ['player@films.iam.gserviceaccount.com'],
    meant: server.googleStorage({ clientEmail: 'player@films.iam.gserviceaccount.com', privateKey: rsaKey }),
    url: `https://storage.googleapis.com/films${film}`,
  },
  {
    name: 'azureBlob',
    secrets: [base64Key],
    settings: { account: 'example', resource: 'container' },
    meant: server.azureBlob({ account: 'example', accountKey: base64Key, resource: 'container' }),
    url: `https://example.blob.core.windows.net${film}`,
  },
];

describe('--format', () => {
  test('knows every format that secure-token-server exports', () => {
    const reports = ['server', 'server-jwt', 'server-cat', 'server-s3'].map((name) =>
      readFileSync(`docs/api-report/${name}.api.md`, 'utf8'),
    );
    const exported = [...reports.join('\n').matchAll(/^export function (\w+)\((?!first).*\): \w*Format;$/gm)];
    expect(formats.map(({ name }) => name).sort()).toEqual(exported.map(([, name]) => name!).sort());
  });

  test.each(calls)('$name signs and verifies as the format does in code', async ({ meant, path = film, ...call }) => {
    const format = await make(call);
    const url = `https://cdn.example.com${path}`;
    const signed = await server.signUrl(url, { format, expiresIn: 300 });
    expect(await server.verifyUrl(signed, { format: meant })).toMatchObject({ ok: true });
    const byCode = await server.signUrl(url, { format: meant, expiresIn: 300 });
    expect(await server.verifyUrl(byCode, { format })).toMatchObject({ ok: true });
  });

  test.each(storeCalls)('$name signs as the format does in code, and to verify is refused', async (call) => {
    const format = await make(call);
    const at = { expires: Math.floor(Date.now() / 1000) + 300 };
    const signed = await server.signUrl(call.url, { format, ...at });
    expect(signed).toBe(await server.signUrl(call.url, { format: call.meant, ...at }));
    await expect(server.verifyUrl(signed, { format })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('only signs: only the store'),
    });
  });

  test.each<[string, Call, RegExp]>([
    [
      'a format that is none',
      { name: 'edgeAuht', secrets: [hexKey] },
      /^--format: this is unknown\. Give one of azion, /,
    ],
    [
      'a layout that is none',
      { name: 'secureLink', secrets: [secret], settings: { layout: 'toString' } },
      /layout: .*Give one of keyCdn/,
    ],
    [
      'a key without its id',
      { name: 'cloudFront', secrets: [rsaKey] },
      /^--key-id: .*needed 1 times, and given 0 times\. Give/,
    ],
    ['a second key of a store', { name: 'azureBlob', secrets: [base64Key, 'second'] }, /^--secret-file: .*alone/],
    ['a JWT without claims', { name: 'jwt', secrets: [secret] }, /claims: .*such as claims=/],
  ])('%s is ERR_OPTIONS, which names what to give and never the secret', async (_, call, message) => {
    const error = await (async () => make(call))().catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) });
    for (const each of call.secrets) expect((error as Error).message).not.toContain(each);
  });
});
