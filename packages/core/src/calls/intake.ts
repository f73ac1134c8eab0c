import { BoundedMap } from '../bounded-map.ts';
import { writeMistake } from '../console-lines.ts';
import { SecureTokenError, doctorHint } from '../contract/errors.ts';
import type { TokenReason } from '../contract/options.ts';
import { parseToken } from '../contract/parse-answer.ts';
import type { Token, TokensAnswer } from '../contract/token.ts';
import type { SourceParts } from '../source-parts.ts';
import type { Origin } from '../tokens/held-token.ts';
import { HeldToken } from '../tokens/held-token.ts';
import { scopeOf } from '../tokens/token-store.ts';
import { resolveUrl } from '../url-text.ts';
import { endedOnArrival, readProblem, toError } from './failure.ts';
import { callEndpoint } from './signing-endpoint.ts';
import type { Want } from './want.ts';

/** Unix seconds in 2001: a smaller `expires` is a lifetime. */
const LEAST_TIME = 1e9;

/** The number of random bits of the id of a session, so that no two pages have the same id. */
const SESSION_BITS = 128;

/** Returns the id of another session, in base64url. */
function newSession(): string {
  const bytes = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SESSION_BITS / 8)));
  return btoa(bytes).replace(/[+/=]/g, (it) => ({ '+': '-', '/': '_' })[it] ?? '');
}

/** Whether the endpoint has ended the session: it denies every later call with the same id. */
const hasEndedSession = ({ type }: SecureTokenError): boolean => type === 'urn:secure-token:session-ended';

/** What a call has brought for each want: `undefined` is a token. */
export type Outcomes = ReadonlyMap<Want, SecureTokenError | undefined>;

/** Makes calls, and takes in what they bring: tokens, the time, denials. */
export class Intake {
  readonly #parts: SourceParts;
  /** The denials, by scope. */
  readonly #denials = new BoundedMap<string, SecureTokenError>();
  /** The number of the last call that was sent. */
  lastCall = 0;
  /** Made at its first use: some servers have no random bits while they load a module. */
  #session: string | undefined;
  /** Whether the app has lifted denials, after a log-in, since the endpoint has accepted the session. */
  #isAfterLogin = false;

  constructor(parts: SourceParts) {
    this.#parts = parts;
    const { settings, clock, protection } = parts;
    // the page vouches for the origins of its tokens
    for (const { url, prefix, base } of settings.tokens)
      for (const named of [prefix ?? url, base]) if (named) protection.noteNamed(named);
    const origin = { call: 0, obtainedAt: clock.now() };
    this.#hold(settings.tokens.map(parseToken), [], origin);
  }

  /** The id of the viewer's session, which every call contains, so that an endpoint can count sessions. */
  get session(): string {
    return (this.#session ??= newSession());
  }

  denialOf(key: string): SecureTokenError | undefined {
    return this.#denials.get(`url ${key}`) ?? this.#denials.get(this.#parts.store.scopeOf(key));
  }

  /** Lifts denials, because the viewer may have changed. If one was for an ended session, another session begins. */
  liftDenials(): void {
    this.#isAfterLogin = this.#denials.size > 0;
    if ([...this.#denials.values()].some(hasEndedSession)) this.#session = undefined;
    this.#denials.clear();
  }

  /** Makes one call. @throws a `SecureTokenError` if the call fails as a whole */
  async call(wants: readonly Want[], destroyed: AbortSignal): Promise<Outcomes> {
    const { settings, clock, store } = this.#parts;
    const { reason } = wants.find((want) => want.reason === 'refused') ?? wants[0]!;
    const sentAt = clock.sessionNow();
    const call = ++this.lastCall;
    try {
      const urls = wants.map(({ key }) => key);
      const answer = await callEndpoint(settings, { urls, reason, session: this.session }, destroyed);
      this.#isAfterLogin = false;
      const outcomes = this.#take(answer, wants, reason, call, sentAt);
      this.#tell(outcomes);
      return outcomes;
    } catch (cause) {
      const problem = await readProblem(cause);
      const isOfApp = settings.getTokens !== undefined;
      const hint = doctorHint(wants[0]!.key, settings.endpoint);
      const error = toError(cause, { now: clock.now(), problem, isOfApp, hint, hasTokens: !store.isEmpty });
      // whoever signs a viewer out everywhere denies the account first, of which the page hears, and ends the sessions
      if (!this.#isAfterLogin || !hasEndedSession(error)) throw error;
      this.#isAfterLogin = false;
      this.#session = undefined;
      return this.call(wants, destroyed);
    }
  }

  /** Notes that the endpoint denies this viewer all of `wants`. */
  denyAll(wants: readonly Want[], error: SecureTokenError): void {
    for (const { key } of wants) this.#denials.set(`url ${key}`, error).set(this.#parts.store.scopeOf(key), error);
    this.#parts.emit('tokendenied', { error });
  }

  #take(
    { tokens, denied = [], now = NaN }: TokensAnswer,
    wants: readonly Want[],
    reason: TokenReason,
    call: number,
    sentAt: number,
  ): Outcomes {
    const { clock, store, urls, emit } = this.#parts;
    const keyOf = (url: string): string => urls.read(url).key;
    const isDenied = new Set(denied.map(keyOf));
    const accepted = this.#accepted(tokens);
    const expires = accepted.reduce((first, token) => Math.min(first, token.expires), Infinity);
    const granted = wants.map(({ key }) => key).filter((key) => !isDenied.has(keyOf(key)));
    this.#hold(accepted, granted, { call, obtainedAt: clock.correct(now, sentAt, expires) });
    if (expires < (now || LEAST_TIME))
      writeMistake(this, endedOnArrival(expires), 'errors.md#err_signing_response', 'error');
    const outcomes = new Map<Want, SecureTokenError | undefined>();
    const signed: string[] = [];
    for (const want of wants) {
      // the answer may have shown which parameters belong to a token: then the URL has another key now
      const key = keyOf(want.key);
      const held = store.find(key);
      const isNew = !isDenied.has(key) && held !== undefined && held !== want.before;
      outcomes.set(want, isNew ? undefined : errorFor(key, isDenied.has(key)));
      if (isNew) signed.push(key);
    }
    if (signed.length) emit('tokenrenewed', { reason, urls: signed, expires, wait: clock.sessionNow() - sentAt });
    return outcomes;
  }

  /** Returns the tokens that may be accepted, and tells the app of the first one that may not. */
  #accepted(tokens: readonly Token[]): Token[] {
    const { protection, emit } = this.#parts;
    const errors = tokens.map((token) => protection.errorOf(token));
    const error = errors.find(Boolean);
    if (error) emit('tokenerror', { error });
    return tokens.filter((_, place) => !errors[place]);
  }

  /** Notes denials, and tells the app of the first failure of each kind. A guess fails silently. */
  #tell(outcomes: Outcomes): void {
    const { emit } = this.#parts;
    const errors = [...outcomes].flatMap(([{ isGuess }, error]) => (isGuess || !error ? [] : error));
    const denials = errors.filter(({ code }) => code === 'ERR_DENIED');
    for (const error of denials) this.#denials.set(`url ${error.url!}`, error);
    if (denials[0]) emit('tokendenied', { error: denials[0] });
    const missing = errors.find((error) => !denials.includes(error));
    if (missing) emit('tokenerror', { error: missing });
  }

  /** @param asked the URLs that a token without a scope opens */
  #hold(tokens: readonly Token[], asked: readonly string[], origin: Origin): void {
    const { store, urls, settings } = this.#parts;
    store.forgetSpent();
    for (const token of tokens) {
      const own = token.prefix ?? token.url;
      for (const opened of own ? [own] : asked) {
        const href = resolveUrl(opened);
        urls.note(token, href);
        const scope = scopeOf(token, token.prefix ? href : urls.read(href).key);
        store.add(new HeldToken(token, scope, origin, settings));
      }
    }
  }
}

function errorFor(url: string, isDenied: boolean): SecureTokenError {
  const missing = `The signing endpoint's answer has no token for this URL. Send one with this "url", or a "prefix" of it.`;
  return isDenied
    ? new SecureTokenError(
        'ERR_DENIED',
        'The signing endpoint lists this URL in "denied". Call renew() once the viewer may have it.',
        { url },
      )
    : new SecureTokenError('ERR_SIGNING_RESPONSE', missing, { url });
}
