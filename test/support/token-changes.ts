import fc from 'fast-check';
import type { SignedToken } from '../../packages/server/src/index.ts';
import { HOST, moved } from './seams.ts';
import type { Moved } from './seams.ts';
import { requestWith } from './token-request.ts';

/** The query, or the carriers of a token, with a piece of text in it changed. */
const pieces = fc.constantFrom<readonly [RegExp, string]>(
  [/$/, ''],
  [/$/, '&x=1'],
  [/\?/, '?x&'],
  [/\?/, '?a=1&'],
  [/&/, '&&'],
  [/&[^&]*$/, ''],
  [/%2F/i, '/'],
  [/%3D/i, '='],
  [/~/, '~x~'],
  [/~Headers=[^~]*/, ''],
  [/~(?=hmac|Signature)/, '~Headers=foo~'],
  [/~id=[^~]*/, ''],
  [/~(acl|id|data|Data|SessionID)=/, '~'],
  [/acl=([^~]*)/, 'acl=$1!/*'],
  [/exp=(\d{9})/, 'exp=$11'],
  [/(\d{10})/, '0$1'],
  [/(\d{9})\d/, '$19'],
  [/token_path=[^&]*/, 'token_path=/'],
  [/token_path=[^&]*&?/, ''],
  [/\?/, '?token_path=/&'],
  [/FullPath/, 'PathGlobs=/*'],
  [/URLPrefix=[\w=-]+/, 'URLPrefix='],
  [/Signature=/, 'signature='],
  [/HS256-/, 'HS256-1-'],
  [/HS256-1-/, 'HS256-'],
  [/token=/i, 'TOKEN='],
);

export type Change<C> = [move: Moved | null, piece: readonly [RegExp, string] | null, conditions: C | null];

/** Draws mostly one change at a time, which is what finds something. */
export function change<C>(conditions: fc.Arbitrary<C>): fc.Arbitrary<Change<C>> {
  const none = fc.constant(null);
  const single: { weight: number; arbitrary: fc.Arbitrary<Change<C>> }[] = [
    { weight: 6, arbitrary: fc.tuple(moved, none, none) },
    { weight: 3, arbitrary: fc.tuple(none, pieces, none) },
    { weight: 1, arbitrary: fc.tuple(none, none, conditions) },
  ];
  const several: fc.Arbitrary<Change<C>> = fc.tuple(fc.option(moved), fc.option(pieces), fc.option(conditions));
  return fc.oneof(...single, { weight: 2, arbitrary: several });
}

/** A token on another URL than its own: one in the path is put in front of it, as an attacker would. */
export function attached(
  url: string,
  token: SignedToken,
  headers: Readonly<Record<string, string>>,
): Request | undefined {
  const { base, prefix, ...rest } = token;
  if (base === undefined || (prefix !== undefined && url.startsWith(prefix))) return requestWith(url, token, headers);
  const front = prefix === undefined ? base : base.replace(new URL(prefix).pathname, '/');
  const moved = url.replace(`${HOST}/`, front);
  return URL.canParse(moved) ? requestWith(moved, rest, headers) : undefined;
}

export function changed(headers: Headers, piece: readonly [RegExp, string] | null): Headers {
  if (!piece) return headers;
  return new Headers(
    [...headers].map(([name, value]) => [name, value.replace(piece[0], piece[1]).trim()] as [string, string]),
  );
}
