import type { Settings } from '../contract/token-source-options.ts';
import { isUnixSeconds } from '../contract/parse-token.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { Adoption, EmitTokenEvent, SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import { renewalTimes } from '../tokens/renewal.ts';
import type { SentReplays } from '../tokens/sent-replays.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';

/** The names of a Common Access Token in a query and in headers (CTA-5007-B), in all dialects. */
const NAMES = /^(cat|(cta-)?common-access-token)$/i;

interface Parts {
  readonly settings: Settings;
  readonly clock: ServerClock;
  readonly sent: SentReplays;
  readonly tokenUrls: TokenUrls;
  readonly store: TokenStore;
  readonly emit: EmitTokenEvent;
}

/**
 * Returns `token` with `value`, which the edge has sent, in place of the old value: in the parameter or header with one
 * of `NAMES`, or else in the only parameter or header. Returns `undefined` if there is none, as for a cookie or a path,
 * where no script can replace the value.
 */
function successorOf(token: Token, value: string, expires: number): Token | undefined {
  const { query = {}, headers = {} } = token;
  const names = [...Object.keys(query), ...Object.keys(headers)];
  const name = names.find((each) => NAMES.test(each)) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) return undefined;
  const isInQuery = Object.hasOwn(query, name);
  return {
    ...token,
    expires,
    ...(isInQuery ? { query: { ...query, [name]: value } } : { headers: { ...headers, [name]: value } }),
  };
}

/** Whether a token that ends at `expires` can be used: its end is neither past nor in milliseconds. */
const isAhead = (expires: number | undefined, now: number): expires is number =>
  expires !== undefined && isUnixSeconds(expires, '') === undefined && expires > now;

/** Takes over the tokens with which an edge renews the tokens of requests. */
export class TokenAdoption implements Adoption {
  readonly header: string;
  readonly #parts: Parts;
  #hasTold = false;

  constructor(header: string, parts: Parts) {
    this.header = header;
    this.#parts = parts;
  }

  take({ token, unsignedUrl }: SignedRequest, value: string, expires: number | undefined): void {
    const { clock, store, tokenUrls } = this.#parts;
    const held = store.find(tokenUrls.read(unsignedUrl).key);
    // several requests with one token bring a successor each: one is enough, and none revives a replaced token
    if (!held || held.token !== token || !store.isAlive(held)) return;
    const successor = isAhead(expires, clock.now()) ? successorOf(token, value, expires) : undefined;
    if (successor) this.#hold(held, successor, unsignedUrl);
    else this.#tell(unsignedUrl);
  }

  /** Holds `successor` for the scope of `held`, whatever scope is written in `successor`: the edge checks that. */
  #hold(held: HeldToken, successor: Token, unsignedUrl: string): void {
    const { settings, clock, sent, store, tokenUrls, emit } = this.#parts;
    const obtainedAt = clock.now();
    tokenUrls.recognise(successor, held.scope.href);
    const times = renewalTimes(successor.expires, obtainedAt, settings, settings.random());
    store.add({ token: successor, scope: held.scope, obtainedAt, call: sent.nextCall(), ...times });
    emit('tokenrenewed', { reason: 'adopted', urls: [unsignedUrl], expires: successor.expires, wait: 0 });
  }

  #tell(url: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const message =
      `The edge has sent a token in '${this.header}' that cannot replace the one in use, so it is not used. It has ` +
      'to be a Common Access Token with an "exp" ahead, for a token in the query or in a header. Leave "adopt" out ' +
      'otherwise.';
    this.#parts.emit('tokenerror', { error: new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url }) });
  }
}
