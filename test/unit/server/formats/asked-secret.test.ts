import { describe, expect, test, vi } from 'vitest';
import { createEdgeHandler, azion, signUrl, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { SecretOptions, SecretSource, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { jwPlayer } from '../../../../packages/server/src/jwt.ts';
import { NOW, HOST, ask, master } from '../../../support/signing-endpoint.ts';

const formats: [string, (options: SecretOptions) => VerifyingTokenFormat][] = [
  ['azion', azion],
  ['jwPlayer', jwPlayer],
];
const options = { expires: NOW + 60 };

describe.each(formats)('%s with a secret that is a function', (_, make) => {
  test('is what it is with the secret itself', async () => {
    const [asked, known] = [make({ secret: () => 'mysecret' }), make({ secret: 'mysecret' })];
    const url = await signUrl(master, { format: asked, ...options });
    if (asked.name !== 'jw-player') expect(url).toBe(await signUrl(master, { format: known, ...options }));
    expect(await verifyUrl(url, { format: known, now: NOW })).toMatchObject({ ok: true });
    expect(await verifyUrl(url, { format: asked, now: NOW })).toMatchObject({ ok: true });
    expect(Object.keys(asked).sort()).toEqual(Object.keys(known).sort());
    expect(asked.opens!(new URL(master))).toEqual(known.opens!(new URL(master)));
  });

  test('is asked at every token, and never before', async () => {
    const secret = vi.fn<SecretSource>(() => 'old');
    const format = make({ secret });
    expect(secret).not.toHaveBeenCalled();
    const old = await signUrl(master, { format, ...options });
    secret.mockReturnValue(['new', 'old']);
    const rotated = await signUrl(master, { format, ...options });
    expect(rotated).not.toBe(old);
    for (const url of [old, rotated]) expect(await verifyUrl(url, { format, now: NOW })).toMatchObject({ ok: true });
    secret.mockReturnValue('new');
    expect(await verifyUrl(old, { format, now: NOW })).toMatchObject({ ok: false, status: 403 });
  });

  test.each([undefined, '', [], ['a', ''], [undefined], 7, Promise.resolve('a')])(
    'signs and judges nothing without a secret: %s',
    async (none) => {
      const format = make({ secret: (() => none) as SecretSource });
      const error = expect.objectContaining({ name: 'SecureTokenError', code: 'ERR_SECRET' });
      await expect(signUrl(master, { format, ...options })).rejects.toEqual(error);
      const url = await signUrl(master, { format: make({ secret: 'a' }), ...options });
      await expect(verifyUrl(url, { format, now: NOW })).rejects.toEqual(error);
    },
  );
});

test('a secret that is missing is an outage to viewers, and no denial', async () => {
  const onError = vi.fn();
  const format = azion({ secret: () => undefined });
  expect((await ask({ urls: [master] }, { format, onError })).status).toBe(503);
  // nor are secrets a denial that cannot be used together
  expect((await ask({ urls: [master] }, { format: azion({ secret: () => ['a', 'a/b'] }) })).status).toBe(503);
  const edge = createEdgeHandler({ format, origin: () => Promise.resolve(new Response('film')), onError });
  const url = await signUrl(`${HOST}/vod/a.mp4`, { format: azion({ secret: 'a' }), expiresIn: 60 });
  expect((await edge(new Request(url))).status).toBe(503);
  expect(onError.mock.calls.map(([error]: { code?: string }[]) => error?.code)).toEqual(['ERR_SECRET', 'ERR_SECRET']);
});
