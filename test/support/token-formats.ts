import { createHash } from 'node:crypto';
import type { VerifyingTokenFormat, Verdict } from '../../packages/server/src/index.ts';
import { edgeAuth, azion } from '../../packages/server/src/index.ts';

/**
 * The way in which a token travels, which is also the first folder of the URLs that the token opens. `exact` is Azion's
 * one token a URL. `whole` is one token a URL with its query, which nginx leaves to our edge. `open` needs no token.
 * The others open a folder, such as `/query/live/`.
 */
export type Carrier = 'exact' | 'query' | 'header' | 'cookie' | 'path' | 'open' | 'whole';

/** Carriers that each player is tried with: all but `whole`. */
export const carriers: readonly Carrier[] = ['exact', 'query', 'header', 'cookie', 'path', 'open'];

const refusal = (status: 403 | 410): Verdict => ({
  ok: false,
  status,
  reason: status === 410 ? 'expired' : 'signature',
});

const hash = (secret: string, path: string, expires: string): string =>
  createHash('md5')
    .update(secret + path + expires)
    .digest('base64url');

/** `/query/live/en/s1.m4s` → `['/query/live/', 'en/s1.m4s']` */
const folderOf = (path: string): [string, string] => {
  const [, folder = '', rest = ''] = /^(\/\w+\/[^/]+\/)(.*)$/.exec(path) ?? [];
  return [folder, rest];
};

/** Takes the token off a request: its value, its expiry, and the URL without it. */
function read(
  carrier: Carrier,
  { url, headers }: Pick<Request, 'url' | 'headers'>,
): { token: string; expires: string; plain: URL } {
  const plain = new URL(url);
  const at = { token: '', expires: '' };
  if (carrier === 'query') {
    at.token = plain.searchParams.get('st') ?? '';
    at.expires = plain.searchParams.get('e') ?? '';
    plain.searchParams.delete('st');
    plain.searchParams.delete('e');
  } else if (carrier === 'header') {
    at.token = headers.get('x-token') ?? '';
    at.expires = headers.get('x-expires') ?? '';
  } else if (carrier === 'cookie') {
    const cookies = new Map(
      (headers.get('cookie') ?? '').split('; ').map((pair) => pair.split('=') as [string, string]),
    );
    at.token = cookies.get('token') ?? '';
    at.expires = cookies.get('expires') ?? '';
  } else {
    const [, token = '', expires = '', rest = ''] = /^\/path\/([\w-]{22})\/(\d+)\/(.*)$/.exec(plain.pathname) ?? [];
    Object.assign(at, { token, expires });
    plain.pathname = `/path/${rest}`;
  }
  return { ...at, plain };
}

/** A token of nginx `secure_link` over a folder, for the carriers that the packages' own format does not cover. */
function folderFormat(
  carrier: Exclude<Carrier, 'exact' | 'open' | 'whole'>,
  secrets: readonly string[],
): VerifyingTokenFormat {
  return {
    name: carrier,
    scope: 'prefix',
    sign({ origin, pathname }, expires) {
      const [folder] = folderOf(pathname);
      const token = hash(secrets[0]!, folder, String(expires));
      const prefix = origin + folder;
      if (carrier === 'query') return { prefix, expires, query: { st: token, e: String(expires) } };
      if (carrier === 'header') return { prefix, expires, headers: { 'x-token': token, 'x-expires': String(expires) } };
      if (carrier === 'path')
        return { prefix, expires, base: `${origin}/path/${token}/${expires}/${folder.slice('/path/'.length)}` };
      return { prefix, expires, credentials: true };
    },
    verify(request, now) {
      const { token, expires, plain } = read(carrier, request);
      const [folder] = folderOf(plain.pathname);
      if (!secrets.some((secret) => hash(secret, folder, expires) === token)) return refusal(403);
      return Number(expires) < now ? refusal(410) : { ok: true, expires: Number(expires), url: plain.href };
    },
  };
}

const open: VerifyingTokenFormat = {
  name: 'open',
  scope: 'prefix',
  sign: ({ origin, pathname }, expires) => ({ prefix: origin + folderOf(pathname)[0], expires, query: {} }),
  verify: ({ url }) => ({ ok: true, expires: Infinity, url }),
};

const wholeFormat = (secrets: readonly string[]): VerifyingTokenFormat =>
  edgeAuth({ keys: secrets.map((secret) => Buffer.from(secret).toString('hex')), exact: true, signQuery: true });

/** The format behind `/<carrier>/`. The first secret signs, all of them verify. */
export function tokenFormat(carrier: Carrier, secrets: readonly string[]): VerifyingTokenFormat {
  if (carrier === 'exact') return azion({ secrets });
  if (carrier === 'whole') return wholeFormat(secrets);
  return carrier === 'open' ? open : folderFormat(carrier, secrets);
}

/** The two cookies that carry a token of the `cookie` format for `folder`. */
export const tokenCookies = (secret: string, folder: string, expires: number): string[] =>
  [`token=${hash(secret, folder, String(expires))}`, `expires=${expires}`].map(
    (pair) => `${pair}; Path=${folder}; SameSite=Lax`,
  );
