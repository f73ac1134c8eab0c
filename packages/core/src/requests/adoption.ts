import type { Settings } from '../contract/default-options.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { EmitTokenEvent } from '../contract/token-events.ts';
import type { EdgeAnswer, SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import { renewalTimes } from '../tokens/renewal.ts';
import type { SentReplays } from '../tokens/sent-replays.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';
import { webTokenExpiry } from '../tokens/web-token-expiry.ts';
import { originOf } from '../url-text.ts';

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

/** A browser writes into the console if it is asked for a header that it hides: an XMLHttpRequest is asked for all. */
function headerOf(answer: EdgeAnswer, name: string): string | null | undefined {
  const { get } = (answer.headers ?? {}) as Partial<Headers>;
  if (get) return get.call(answer.headers, name);
  const all = answer.getAllResponseHeaders?.().toLowerCase() ?? '';
  return `\n${all}`.includes(`\n${name.toLowerCase()}:`) ? answer.getResponseHeader?.(name) : null;
}

/** Takes over the tokens with which an edge renews those that it was sent (`adopt`). */
export class Adoption {
  readonly #parts: Parts;
  #hasTold = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The edge has answered `request`. */
  adopt(request: SignedRequest, answer: EdgeAnswer): void {
    const { settings, clock, store, tokenUrls } = this.#parts;
    const { adopt: header } = settings;
    const { token, unsignedUrl, url } = request;
    if (header === undefined || !token) return;
    // behind a redirect another host speaks
    const { responseURL, url: answeredUrl = responseURL } = answer;
    if (answeredUrl && originOf(answeredUrl) !== originOf(url)) return;
    const value = headerOf(answer, header);
    if (!value) return;
    const { key } = tokenUrls.read(unsignedUrl);
    const held = store.find(key);
    // several requests of one token bring a successor each, and one is enough; none revives what was replaced
    if (held?.token !== token || !store.isAlive(held)) return;
    const expires = webTokenExpiry(value);
    const successor = expires !== undefined && expires > clock.now() ? successorOf(token, value, expires) : undefined;
    if (successor) this.#hold(held, successor, unsignedUrl);
    else this.#tell(header, unsignedUrl);
  }

  /** `successor` opens what `held` does, whatever is written in it: the edge judges it. */
  #hold(held: HeldToken, successor: Token, unsignedUrl: string): void {
    const { settings, clock, sent, store, emit } = this.#parts;
    const obtainedAt = clock.now();
    const times = renewalTimes(successor.expires, obtainedAt, settings, settings.random());
    store.add({ token: successor, scope: held.scope, obtainedAt, call: sent.nextCall(), ...times });
    emit('tokenrenewed', { reason: 'adopted', urls: [unsignedUrl], expires: successor.expires, wait: 0 });
  }

  #tell(header: string, url: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const message =
      `The edge has sent a token in '${header}' that cannot replace the one in use, so it is not used. It has to be a ` +
      'Common Access Token with an "exp" ahead, for a token in the query or in a header. Leave "adopt" out otherwise.';
    this.#parts.emit('tokenerror', { error: new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url }) });
  }
}
