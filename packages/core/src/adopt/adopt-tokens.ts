import { isElsewhere } from '../adapter/token-carriers.ts';
import type { Adopt, EdgeAnswer } from '../contract/token-source.ts';
import { SecureTokenError } from '../contract/errors.ts';
import { LATEST } from '../contract/parse-answer.ts';
import type { Token } from '../contract/token.ts';
import type { SourceContext } from '../source-context.ts';
import { HeldToken } from '../tokens/held-token.ts';
import { webTokenExpiry } from './web-token-expiry.ts';

/** The header of a Common Access Token in IANA's registry of field names. */
const CAT_HEADER = 'CTA-Common-Access-Token';

/** The names of a Common Access Token in a query and in headers (CTA-5007-B), in all dialects. */
const NAMES = /^(cat|(cta-)?common-access-token)$/i;

/**
 * Returns a header of an answer. Of an XMLHttpRequest it reads all headers first: browsers write to the console if a
 * script reads a single header that they hide.
 */
function headerOf(answer: EdgeAnswer, name: string): string | null | undefined {
  const { get } = (answer.headers ?? {}) as Partial<Headers>;
  if (get) return get.call(answer.headers, name);
  const all = answer.getAllResponseHeaders?.().toLowerCase() ?? '';
  return `\n${all}`.includes(`\n${name.toLowerCase()}:`) ? answer.getResponseHeader?.(name) : null;
}

/**
 * Returns `token` with `value` in place of the old value: in the parameter or header with one of `NAMES`, or else in
 * the only parameter or header. Returns `undefined` if there is none, as for a cookie or a path, where no script can
 * replace the value.
 */
function successorOf(token: Token, value: string, expires: number): Token | undefined {
  const { query = {}, headers = {} } = token;
  const names = [...Object.keys(query), ...Object.keys(headers)];
  const name = names.find((it) => NAMES.test(it)) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) return undefined;
  return name in query
    ? { ...token, expires, query: { ...query, [name]: value } }
    : { ...token, expires, headers: { ...headers, [name]: value } };
}

/** Tokens whose successor was unusable: each is reported once. */
const told = /* @__PURE__ */ new WeakSet<Token>();

const adopting =
  (header: string): Adopt =>
  ({ token, url: sentTo, unsignedUrl: url }, answer, source) => {
    const { clock, store, urls, settings, emit } = source as SourceContext;
    // after a redirect the answer is from another host, whose token must not count
    const from = answer.responseURL ?? answer.url;
    const value = token && !(from && isElsewhere(from, sentTo)) && headerOf(answer, header);
    const held = store.find(urls.read(url).key);
    // several requests with one token bring a successor each: one is enough, and none revives a replaced token
    if (!value || held?.token !== token || clock.now() >= token.expires) return;
    const expires = webTokenExpiry(value) ?? 0;
    const successor = expires > clock.now() && expires <= LATEST && successorOf(token, value, expires);
    if (successor) {
      urls.note(successor, held.opens);
      store.add(new HeldToken(successor, held.scope, { call: held.call, obtainedAt: clock.now() }, settings));
      emit('tokenrenewed', { reason: 'adopted', urls: [url], expires, wait: 0 });
    } else if (!told.has(token)) {
      told.add(token);
      const message =
        `The edge has sent a token in '${header}' that cannot replace the one in use, so it is not used. It has to be a ` +
        'Common Access Token with an "exp" ahead, for a token in the query or in a header. Leave "adopt" out otherwise.';
      emit('tokenerror', { error: new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url }) });
    }
  };

const adoptCat = adopting(CAT_HEADER);

/** The value of the option `adopt`, and a function that makes another one for a response header with this name. */
export interface AdoptTokens extends Adopt {
  (header: string): Adopt;
}

/**
 * Takes over the tokens with which the edge renews tokens in its answers (Common Access Token, CTA-5007-B, `catr` by
 * header): pass it as `adopt`. A token in the header `CTA-Common-Access-Token` replaces the token of the request until
 * its own `exp`, and opens the same URLs. `adoptTokens('Header-Name')` reads another header. The edge has to list the
 * header in `Access-Control-Expose-Headers`.
 */
export const adoptTokens: AdoptTokens = ((...args: [string] | Parameters<Adopt>) =>
  typeof args[0] === 'string' ? adopting(args[0]) : adoptCat(...(args as Parameters<Adopt>))) as AdoptTokens;
