import { createHmac, createSign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cloudflareStream, jwt } from '../../../../packages/server/src/jwt.ts';
import { HOST, malformed, NOW, rsa, secret, SOON, verify } from '../../../support/signed-text.ts';

/** Tokens that were made with the right key, and say something that cannot be judged. */
describe('a genuine JWT', () => {
  const format = jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: () => ({}) });
  const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
  const tokenOf = (payload: string | Uint8Array, header: object = {}): string => {
    const signed = `${base64(JSON.stringify({ alg: 'HS256', ...header }))}.${base64(payload)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };

  test.each<[string, string]>([
    ['text', tokenOf('text')],
    ['null', tokenOf('null')],
    ['invalid UTF-8', tokenOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
    ['a byte order mark', tokenOf(`\ufeff{"exp":${SOON}}`)],
    ['no end', tokenOf('{}')],
    ['an end as text', tokenOf(`{"exp":"${SOON}"}`)],
    ['an end as fraction', tokenOf(`{"exp":${SOON}.5}`)],
    ['a beginning as text', tokenOf(`{"exp":${SOON},"nbf":"${NOW + 200}"}`)],
    ['two ends', tokenOf(`{"exp":1,"exp":${SOON}}`)],
    ['two ends, one of them escaped', tokenOf(`{"exp":${SOON},"e\\u0078p":${SOON}}`)],
    ['a claim twice within another one', tokenOf(`{"exp":${SOON},"user":[{"id":1,"id":2}]}`)],
    ['crit', tokenOf(`{"exp":${SOON}}`, { crit: ['exp'], exp: 1 })],
    ['b64', tokenOf(`{"exp":${SOON}}`, { b64: true })],
  ])('whose claims are %s is malformed', async (_, token) => {
    expect(await verify(format, `${HOST}/a?token=${token}`)).toEqual(malformed);
  });

  test.each<[string, string]>([
    [
      'colons, quotes and braces in their text',
      tokenOf(JSON.stringify({ exp: SOON, 'a":{': [{ b: '\\":,{}\\' }, 5] })),
    ],
    ['spaces around them', tokenOf(` { "exp" : ${SOON} } `)],
  ])('whose claims have %s opens its URL', async (_, token) => {
    expect(await verify(format, `${HOST}/a?token=${token}`)).toMatchObject({ ok: true });
  });

  test('is refused in any other spelling, which jose takes: with padding, a space or an empty signature', async () => {
    const token = tokenOf(`{"exp":${SOON}}`);
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const refusal = { ok: false, status: 403 };
    for (const other of [`${token}=`, `${token}%20`, `${header}=.${payload}.${signature}`, `${header}.${payload}.`])
      expect(await verify(format, `${HOST}/a?token=${other}`), other).toMatchObject(refusal);
  });

  test('of Cloudflare Stream for no video is malformed', async () => {
    const stream = cloudflareStream({ keys: [{ id: 'k', key: rsa }] });
    for (const claims of [{ exp: SOON }, { exp: SOON, sub: 5 }, { exp: SOON, sub: '../x' }]) {
      const signed = `${base64('{"alg":"RS256"}')}.${base64(JSON.stringify(claims))}`;
      const token = `${signed}.${createSign('sha256').update(signed).sign(rsa, 'base64url')}`;
      expect(await verify(stream, `${HOST}/${token}/x`)).toEqual(malformed);
    }
  });
});
