import { exportSPKI, generateKeyPair } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { jwt } from '../../../../packages/server/src/jwt.ts';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import { azion, tokensFor } from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { NOW, ask, format, making, master } from '../../../support/signing-endpoint.ts';

const { publicKey } = await generateKeyPair('ES256');
const key = await exportSPKI(publicKey);
const path = ({ pathname }: URL): Record<string, unknown> => ({ path: pathname });
const sessions = createSessions({ store: memoryStore(), viewer: () => 'anna' });
const secret = [{ key: 'a shared secret of 32 characters' }];

const refuse = (): never => {
  throw Object.assign(new Error('no'), { name: 'SecureTokenError', code: 'ERR_OPTIONS' });
};

describe('a set-up that cannot sign is a 503 of which `onError` hears, and no denial', () => {
  test.each<[string, string, Partial<SigningEndpointOptions>]>([
    ['a public key alone', 'keys', { format: jwt({ keys: [{ key }], algorithm: 'ES256', claims: path }) }],
    [
      '`jti` of the claims with sessions',
      'claims',
      {
        format: jwt({ keys: secret, algorithm: 'HS256', claims: (url) => ({ ...path(url), jti: '1' }) }),
        sessions,
      },
    ],
    ['a clock in seconds', 'clock', { clock: () => NOW }],
    ['a clock in microseconds', 'clock', { clock: () => NOW * 1e6 }],
    ['a clock without a time', 'clock', { clock: () => NaN }],
    ['a clock that returns text', 'clock', { clock: () => String(NOW * 1000) as never }],
  ])('%s', async (_, option, options) => {
    const onError = vi.fn();
    expect(await ask({ urls: [master] }, { ...options, onError })).toMatchObject({ status: 503 });
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        option,
        message: expect.stringMatching(new RegExp(`^${option}: `)),
      }),
    );
  });

  test.each<[string, number, Partial<SigningEndpointOptions>]>([
    ['a public key alone', 503, { format: jwt({ keys: [{ key }], algorithm: 'ES256', claims: path }) }],
    ['a secret that is missing', 503, { format: azion({ secret: () => undefined }) }],
    ['a token for links', 503, { format: making({ base: 'https://cdn.example.com/t/' }) }],
    ['a format that refuses the URL', 403, { format: making({}, { sign: refuse }) }],
  ])('%s takes no place of a session; the next set-up has it', async (_, status, options) => {
    const viewer = vi.fn(() => 'anna');
    const only = createSessions({ store: memoryStore(), viewer, limit: 1 });
    const [before, after] = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBA'];
    const failing = { ...options, sessions: only, onError: () => undefined };
    expect((await ask({ urls: [master], session: before }, failing)).status).toBe(status);
    viewer.mockClear();
    expect((await ask({ urls: [master], session: after }, { sessions: only })).status).toBe(200);
    expect(viewer, 'is asked once a call').toHaveBeenCalledTimes(1);
  });

  test('a wrong clock takes no place of a session', async () => {
    const admit = vi.fn();
    const options = { sessions: { ...sessions, admit }, clock: () => NOW, onError: () => undefined };
    expect((await ask({ urls: [master] }, options)).status).toBe(503);
    expect(admit).not.toHaveBeenCalled();
  });

  test.each([{}, { option: 'url' }])(
    'an ERR_OPTIONS of a format of your own that names %o denies the URL',
    async (named) => {
      const onError = vi.fn();
      const sign = (): never => {
        throw Object.assign(new Error('no'), { name: 'SecureTokenError', code: 'ERR_OPTIONS' }, named);
      };
      expect((await ask({ urls: [master] }, { format: making({}, { sign }), onError })).status).toBe(403);
      expect(onError).not.toHaveBeenCalled();
    },
  );

  test('tokensFor names the clock', async () => {
    const options = { format, ttl: 300, clock: () => NOW };
    await expect(tokensFor([master], options)).rejects.toMatchObject({ code: 'ERR_OPTIONS', option: 'clock' });
  });
});
