import { describe, test } from 'vitest';
import type { SignedToken, VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { samples } from '../support/format-samples.ts';
import { expectLinear } from '../support/growth.ts';
import { requestWith } from '../support/token-request.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
type Sent = Pick<Request, 'url' | 'headers'>;

/** Pieces that a stranger may repeat, up to `size` characters, in a request for `verify`. */
const pieces = {
  path: [
    '/a',
    'a',
    '1',
    '%41',
    '%C3%A9',
    ';',
    '~',
    '!',
    '*',
    '=',
    '&',
    ',',
    '.',
    '/a.b',
    '/edge-cache-token=',
    '/bcdn_token=',
    '1795500300',
  ],
  query: ['&', '&a=1', '&a', '=', '?', '&%61', ';a=1', '&1795500300=1', '&token_path=/', '&x=%2F', '+'],
  token: [
    'A',
    '1',
    '~',
    '!',
    ',',
    '~acl=/',
    '~Headers=a',
    ',a',
    'a.',
    '=',
    '%41',
    '%C3%A9',
    '/*',
    '*',
    '-',
    ':',
    'gQ',
    '_',
  ],
  cookies: ['; a=b', ';', '=', '; a', ' ', '; a==', ', a'],
} as const;

const filled = (piece: string, size: number): string =>
  piece
    .repeat(Math.ceil(size / piece.length))
    .slice(0, size)
    .replace(/%.?$/, '');

/**
 * The requests of one kind, each of about `size` characters, on a token that is genuine but for what is put into it.
 */
function requestsOf(kind: keyof typeof pieces, size: number, url: string, token: SignedToken): Sent[] {
  const genuine = requestWith(url, token);
  return pieces[kind].flatMap((piece): Sent[] => {
    const text = filled(piece, size);
    const { pathname, search } = new URL(genuine.url);
    const headers = new Headers(genuine.headers);
    const slash = text.startsWith('/') ? '' : '/';
    if (kind === 'path') {
      return [
        { url: `${HOST}${pathname.replace(/\/[^/]*$/, '')}${slash}${text}${search}`, headers },
        { url: `${HOST}${slash}${text}${pathname}${search}`, headers },
      ];
    }
    if (kind === 'query') {
      return [
        { url: `${HOST}${pathname}?${text}${search.replace('?', '&')}`, headers },
        { url: `${HOST}${pathname}${search}${search ? '&' : '?'}${text}`, headers },
        ...Object.keys(token.query ?? {}).map((name) => ({
          url: `${HOST}${pathname}?${filled(`${name}=${piece}&`, size)}`,
          headers,
        })),
      ];
    }
    if (kind === 'token') {
      const withText = (value: string): string[] => [
        text,
        value + text,
        value.replace(/^[^=~]*/, (start) => start + text),
      ];
      return [
        ...Object.entries(token.query ?? {}).flatMap(([name, value]) =>
          withText(value).map((each) => ({
            url: requestWith(url, { ...token, query: { ...token.query, [name]: each } }).url,
            headers,
          })),
        ),
        ...Object.entries(token.headers ?? {}).flatMap(([name, value]) =>
          withText(value).map((each) => ({ url, headers: new Headers({ [name]: each.replace(/[^ -~]/g, '') }) })),
        ),
        ...(token.setCookie ?? []).flatMap((cookie) => {
          const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(cookie) ?? [];
          return withText(value).map((each) => ({ url, headers: new Headers({ Cookie: `${name}=${each}` }) }));
        }),
        ...(token.base ? [{ url: HOST + pathname.replace(/^\/[^/]*/, (front) => front + text), headers }] : []),
      ];
    }
    const own = headers.get('Cookie') ?? 'a=b';
    return [text, own + text, `${text}; ${own}`].map((Cookie) => ({
      url: genuine.url,
      headers: new Headers({ Cookie }),
    }));
  });
}

const verifyAll = (format: VerifyingTokenFormat, requests: readonly Sent[]) => async (): Promise<void> => {
  for (const request of requests) await format.verify(request, NOW);
};

describe.each(samples)('%s', (_, format, path) => {
  test.each(Object.keys(pieces) as (keyof typeof pieces)[])(
    'verify grows no faster than a %s that is sent',
    async (kind) => {
      const url = HOST + path;
      const token = await format.sign(new URL(url), NOW + 300);
      const work = (length: number): (() => Promise<void>) => verifyAll(format, requestsOf(kind, length, url, token));
      // Only what reads cookies is asked for them.
      if (requestsOf(kind, 8192, url, token).length === 0 || (kind === 'cookies' && !token.setCookie)) return;
      await expectLinear(work, 8192);
    },
    120_000,
  );
});
