import type { Settings } from '../contract/token-source-options.ts';
import { parseToken } from '../contract/parse-token.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { EmitTokenEvent } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import type { Protection } from '../tokens/protection.ts';
import { renewalTimes } from '../tokens/renewal.ts';
import type { SentReplays } from '../tokens/sent-replays.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';
import { scopeOf } from '../tokens/token-store.ts';
import { BoundedMap } from '../bounded-maps.ts';
import { pathOf, resolveUrl } from '../url-text.ts';
import type { WantedUrls } from './call-batches.ts';
import type { Denials } from './denials.ts';
import { toError } from './failure.ts';
import { mayBeAboutPredictions } from './isolate-failure.ts';
import type { PlaybackSession } from './playback-session.ts';
import type { Answer, SigningEndpoint } from './signing-endpoint.ts';
import { ANEW } from './signing-endpoint.ts';

interface Parts {
  readonly settings: Settings;
  readonly endpoint: SigningEndpoint;
  readonly session: PlaybackSession;
  readonly clock: ServerClock;
  readonly sent: SentReplays;
  readonly protection: Protection;
  readonly tokenUrls: TokenUrls;
  readonly store: TokenStore;
  readonly denials: Denials;
  readonly emit: EmitTokenEvent;
}

/** Tokens, and the facts about their call. */
interface Obtained {
  readonly tokens: readonly Token[];
  /** The URLs for which the source holds a token that has no scope. */
  readonly asked: readonly string[];
  /** When the call was sent, in seconds on the endpoint's clock. */
  readonly obtainedAt: number;
  /** The number of the call; 0 if the page has brought the tokens. */
  readonly call: number;
}

/**
 * Returns the error of an answer with a token that had ended before the endpoint sent it. The request that waits for
 * the token is sent with it all the same, because the edge knows better.
 */
function expiredIn({ tokens, now }: Answer): SecureTokenError | undefined {
  const at = tokens.findIndex(({ expires }) => expires < now);
  if (at < 0) return undefined;
  const ago = Math.ceil(now - tokens[at]!.expires);
  return new SecureTokenError(
    'ERR_SIGNING_RESPONSE',
    `tokens[${at}].expires is ${ago} s in the past by the clock of the signing endpoint. ` +
      'Give a time in the future. The token is still used if there is no other one.',
  );
}

/** Makes calls, and processes what they bring: tokens, the time, denials, failures. */
export class TokenIntake {
  readonly #parts: Parts;
  /** Requested URLs for which an answer had a token for the same path with another query. */
  readonly #otherQueries = new BoundedMap<string, true>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Holds the tokens that the page has brought. The page vouches for them: tokens for their origins are accepted. */
  holdPreset(preset: readonly Token[]): void {
    const { protection, clock } = this.#parts;
    for (const { url, prefix, base } of preset) {
      for (const named of [prefix ?? url, base]) if (named) protection.noteOriginOf(named);
    }
    const tokens = preset.map(parseToken);
    this.#hold({ tokens, asked: [], obtainedAt: clock.now(), call: 0 });
  }

  /** Makes one call; resolves to its error, or to `undefined`. */
  async call(wanted: WantedUrls): Promise<SecureTokenError | undefined> {
    const { urls: asked, predicted, reason } = wanted;
    const { clock, sent, endpoint, session, denials, emit } = this.#parts;
    const { lifts } = denials;
    /** Whether denials were lifted since the call was sent: then its denial is for the viewer before the log-in. */
    const isForAnother = (): boolean => denials.lifts !== lifts;
    const { id } = session;
    const sentAt = clock.sessionNow();
    const call = sent.nextCall();
    try {
      const answer = await endpoint.call({ urls: asked, reason });
      session.goesOn();
      const denied = new Set(answer.denied.map((url) => this.#keyOf(url)));
      this.#take(answer, denied, wanted, { sentAt, call });
      const again = asked.filter((url) => denied.has(this.#keyOf(url)));
      if (again.length > 0 && isForAnother()) return await this.call({ ...wanted, urls: again });
      // a denial of a predicted name is not kept, because the name may not exist yet
      const unborn = new Set([...predicted].map((url) => this.#keyOf(url)));
      const keys = answer.denied.map((url) => this.#keyOf(url));
      this.#denyEach(keys.filter((key) => key !== '' && !unborn.has(key)));
      return undefined;
    } catch (cause) {
      if (cause === ANEW) return this.call(wanted);
      const error = toError(cause, clock.now());
      // the caller sends the call once more without the predicted URLs, and that call decides
      if (predicted.size > 0 && mayBeAboutPredictions(error)) return error;
      if (error.code === 'ERR_DENIED' && (isForAnother() || session.beginAnew(id, error))) return this.call(wanted);
      if (error.code === 'ERR_DENIED') this.#denyAll(asked, error);
      else emit('tokenerror', { error });
      return error;
    }
  }

  /** Holds the tokens of `answer`, and reports them to the app. */
  #take(
    answer: Answer,
    denied: ReadonlySet<string>,
    { urls: asked, predicted, reason }: WantedUrls,
    { sentAt, call }: { readonly sentAt: number; readonly call: number },
  ): void {
    const { clock, protection, tokenUrls, emit } = this.#parts;
    const { tokens, errors } = protection.take(answer.tokens);
    for (const error of errors) emit('tokenerror', { error });
    const expires = tokens.reduce((first, token) => Math.min(first, token.expires), Infinity);
    // a token without a scope opens the URLs of the call, except denied URLs
    const granted = asked.filter((url) => !denied.has(this.#keyOf(url)));
    this.#hold({ tokens, asked: granted, obtainedAt: clock.correct(answer.now, sentAt, expires), call });
    this.#noteOtherQueries(tokens, asked);
    const expired = expiredIn(answer);
    if (expired) emit('tokenerror', { error: expired });
    if (tokens.length === 0) return;
    const signed = asked.filter((url) => !predicted.has(url) || granted.includes(url));
    const urls = signed.map((url) => tokenUrls.read(url).unsigned);
    emit('tokenrenewed', { reason, urls, expires, wait: clock.sessionNow() - sentAt });
  }

  #hold({ tokens, asked, obtainedAt, call }: Obtained): void {
    const { store, tokenUrls, settings } = this.#parts;
    store.forgetExpiredUrls();
    for (const token of tokens) {
      const own = token.prefix ?? token.url;
      for (const opened of own ? [own] : asked) {
        const href = resolveUrl(opened);
        tokenUrls.recognise(token, href);
        const scope = scopeOf(token, href, this.#keyOf(href));
        const times = renewalTimes(token.expires, obtainedAt, settings, settings.random());
        store.add({ token, scope, obtainedAt, call, ...times });
      }
    }
  }

  /**
   * Whether an answer had a token for the path of `key` with another query, such as the query of a signed URL.
   */
  hasOtherQuery(key: string): boolean {
    return this.#otherQueries.has(key);
  }

  #noteOtherQueries(tokens: readonly Token[], asked: readonly string[]): void {
    if (!__DEVELOPMENT__) return;
    const keys = new Map(asked.map((url) => this.#keyOf(url)).map((key) => [pathOf(key), key]));
    for (const { url, anyQuery } of tokens) {
      const opened = url && !anyQuery ? this.#keyOf(url) : '';
      const key = keys.get(pathOf(opened));
      if (key !== undefined && key !== opened) this.#otherQueries.set(key, true);
    }
  }

  #keyOf(url: string): string {
    return this.#parts.tokenUrls.read(url).key;
  }

  #denyAll(asked: readonly string[], error: SecureTokenError): void {
    const { denials, store, emit } = this.#parts;
    denials.deny(
      asked.map((url) => store.sharedIdOf(this.#keyOf(url))),
      error,
    );
    emit('tokendenied', { error });
  }

  /** Denies these URLs and no others: a request for one of them fails with the error that names its URL. */
  #denyEach(keys: readonly string[]): void {
    const { denials, store, emit } = this.#parts;
    const message = 'The signing endpoint lists this URL in "denied". Call renew() once the viewer may have it.';
    const errors = keys.map((url) => new SecureTokenError('ERR_DENIED', message, { url }));
    for (const error of errors) denials.deny([store.idsOf(error.url!)[0]!], error);
    if (errors[0]) emit('tokendenied', { error: errors[0] });
  }
}
