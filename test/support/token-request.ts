import { attachToken } from '../../packages/server/src/token/attach-token.ts';
import type { SignedToken } from '../../packages/server/src/index.ts';

/** Returns the request that a player sends for `url` with `token` on it, whatever carries the token. */
export function requestWith(
  url: string,
  { setCookie = [], credentials, headers = {}, ...token }: SignedToken,
  sent: Readonly<Record<string, string>> = {},
): Request {
  const cookie = setCookie.map((each) => each.split(';')[0]).join('; ');
  return new Request(attachToken(url, token), {
    headers: { ...sent, ...headers, ...(credentials && { Cookie: cookie }) },
  });
}

const flip = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);

/** `token` with one bit changed, once for each bit of every value that carries it. */
export function* flippedTokens(token: SignedToken): Generator<SignedToken> {
  const { query = {}, headers = {}, base, prefix, setCookie = [] } = token;
  for (const kind of ['query', 'headers'] as const) {
    for (const [name, value] of Object.entries({ query, headers }[kind])) {
      for (const flipped of flips(value)) yield { ...token, [kind]: { ...token[kind], [name]: flipped } };
    }
  }
  for (const [index, cookie] of setCookie.entries()) {
    const [from, to] = [cookie.indexOf('=') + 1, cookie.indexOf(';')];
    for (const flipped of flips(cookie, from, to))
      yield { ...token, setCookie: setCookie.map((each, i) => (i === index ? flipped : each)) };
  }
  if (base) {
    const tail = prefix ? new URL(prefix).pathname.length : 1;
    for (const flipped of flips(base, new URL(base).origin.length + 1, base.length - tail))
      yield { ...token, base: flipped };
  }
}

/**
 * `text` with one bit flipped, for every bit of every character from `from` to `to` that leaves a character one can
 * send.
 */
function* flips(text: string, from = 0, to = text.length): Generator<string> {
  for (let at = from; at < to; at++) {
    for (let bit = 0; bit < 7; bit++) {
      const code = text.charCodeAt(at) ^ (1 << bit);
      if (code > 0x20 && code < 0x7f) yield text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
    }
  }
}

/** `token` with one character changed, once for each character of every value that carries it. */
export function* changedTokens(token: SignedToken): Generator<SignedToken> {
  const { query = {}, headers = {}, base, prefix, setCookie = [] } = token;
  for (const kind of ['query', 'headers'] as const) {
    for (const [name, value] of Object.entries({ query, headers }[kind])) {
      for (let at = 0; at < value.length; at++) yield { ...token, [kind]: { ...token[kind], [name]: flip(value, at) } };
    }
  }
  for (const [index, cookie] of setCookie.entries()) {
    for (let at = cookie.indexOf('=') + 1; at < cookie.indexOf(';'); at++) {
      yield { ...token, setCookie: setCookie.map((each, i) => (i === index ? flip(each, at) : each)) };
    }
  }
  if (base) {
    const { pathname } = new URL(base);
    const end = pathname.length - (prefix ? new URL(prefix).pathname.length : 1);
    const start = base.length - pathname.length;
    for (let at = start + 1; at < start + end; at++) if (base[at] !== '/') yield { ...token, base: flip(base, at) };
  }
}
