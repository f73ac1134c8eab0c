import type { Settings } from '../contract/default-options.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { EmitTokenEvent } from '../contract/token-events.ts';
import type { Adoption, SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import { renewalTimes } from '../tokens/renewal.ts';
import type { SentReplays } from '../tokens/sent-replays.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';

/** The name of a Common Access Token in a query, and in headers (CTA-5007-B), whatever its dialect. */
const NAMES = /^(cat|(cta-)?common-access-token)$/i;

interface Parts {
  readonly settings: Settings;
  readonly clock: ServerClock;
  readonly sent: SentReplays;
  readonly tokenUrls: TokenUrls;
  readonly store: TokenStore;
  readonly emit: EmitTokenEvent;
}

/** `carrier` with `value` in place of its token: the only entry, or the one that is named like one. */
function carrying(carrier: Token['query'], value: string): Record<string, string> | undefined {
  const names = Object.keys(carrier ?? {});
  const name = names.length === 1 ? names[0] : names.find((each) => NAMES.test(each));
  return name === undefined ? undefined : { ...carrier, [name]: value };
}

/** `token` with what the edge has sent in its place; `undefined` if no script can put it there: a cookie, a path. */
function successorOf(token: Token, value: string, expires: number): Token | undefined {
  const query = carrying(token.query, value);
  if (query) return { ...token, query, expires };
  const headers = carrying(token.headers, value);
  return headers && { ...token, headers, expires };
}

/** Takes over the tokens with which an edge renews those that it was sent. */
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
    // several requests of one token bring a successor each, and one is enough; none revives what was replaced
    if (!held || held.token !== token || !store.isAlive(held)) return;
    const successor = expires !== undefined && expires > clock.now() ? successorOf(token, value, expires) : undefined;
    if (successor) this.#hold(held, successor, unsignedUrl);
    else this.#tell(unsignedUrl);
  }

  /** `successor` opens what `held` does, whatever is written in it: the edge judges it. */
  #hold(held: HeldToken, successor: Token, unsignedUrl: string): void {
    const { settings, clock, sent, store, emit } = this.#parts;
    const obtainedAt = clock.now();
    const times = renewalTimes(successor.expires, obtainedAt, settings, settings.random());
    store.add({ token: successor, scope: held.scope, obtainedAt, call: sent.nextCall(), ...times });
    emit('tokenrenewed', { reason: 'adopted', urls: [unsignedUrl], expires: successor.expires, wait: 0 });
  }

  #tell(url: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const message =
      `The edge has sent a token in '${this.header}' that cannot replace the one in use, so it is not used. It has to be a ` +
      'Common Access Token with an "exp" ahead, for a token in the query or in a header. Leave "adopt" out otherwise.';
    this.#parts.emit('tokenerror', { error: new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url }) });
  }
}
