import type { SecureTokenError, SignOptions, TokenSource } from 'secure-token-core';
import type { AdapterSource, SentBefore } from 'secure-token-core/adapter';
import { isSecureTokenError } from 'secure-token-core';
import {
  carriesToken,
  errorWithoutToken,
  isOutage,
  keepAsking,
  refusalOf,
  responseWithoutToken,
  sendSignedBefore,
  sentRequest,
  writeEarlyFailure,
} from 'secure-token-core/adapter';
import { hlsOrDash, playlistText } from 'secure-token-core/playlists';
import { initOf, signedInit } from './fetch-arguments.ts';
import { readAfter, unsignedResponse, withUrl } from './unsigned-response.ts';
import { untilAny } from './until-any.ts';

/** The token sources with a successful response: a player has had its first data. */
const delivering = new WeakSet<TokenSource>();

/**
 * One request for a protected URL: waits for its token, is sent, is sent once more if it is refused, and is answered.
 */
export class SecureRequest {
  readonly #source: AdapterSource;
  readonly #fetch: typeof fetch;
  /** The arguments with which the app has called fetch. */
  readonly #args: Parameters<typeof fetch>;
  readonly #uninstalled: AbortSignal;

  /** @param uninstalled ends waits, because nothing is signed any more */
  constructor(
    source: AdapterSource,
    fetch: typeof globalThis.fetch,
    args: Parameters<typeof globalThis.fetch>,
    uninstalled: AbortSignal,
  ) {
    this.#source = source;
    this.#fetch = fetch;
    this.#args = args;
    this.#uninstalled = uninstalled;
  }

  /**
   * Answers the request as fetch does. Waits through an outage of the signing endpoint, because players without a hook
   * do not cope well with a failed request. Answers with 403 if the request finally gets no token.
   * @throws what fetch throws, including the reason of the signal
   */
  async answer(): Promise<Response> {
    const asked = new Request(...this.#args);
    if (carriesToken(sentRequest(asked), this.#source)) return this.#fetch(...this.#args);
    try {
      return await this.#answerSigned(asked, initOf(asked, this.#args[1]));
    } catch (error) {
      if (this.#uninstalled.aborted && error === this.#uninstalled.reason) return this.#fetch(asked);
      if (!isSecureTokenError(error)) throw error;
      this.#tellConsole(error);
      return withUrl(responseWithoutToken(error), asked.url);
    }
  }

  async #answerSigned(asked: Request, init: RequestInit): Promise<Response> {
    const source = this.#source;
    const { url, signal } = asked;
    const wait = <T>(ask: (options: SignOptions) => Promise<T>): Promise<T> =>
      untilAny([signal, this.#uninstalled], (any) => keepAsking({ source, signal: any, ask, mayWait: isOutage }));
    const signed = await wait((options) => source.sign(url, options));
    if (!signed.token) return this.#fetch(asked);
    const sent = await sendSignedBefore(
      {
        refused: (request, status) => wait((options) => source.refused(request, status, options)),
        noteAnswer: (...answered) => source.noteAnswer(...answered),
      },
      signed,
      (request, cache) => this.#fetch(request.url, { ...init, ...signedInit(asked, request, cache) }),
      { signal },
    );
    return this.#deliver(sent);
  }

  async #learn(response: Response, url: string, asked: string): Promise<void> {
    const text = await playlistText(response, [url, asked]);
    if (text) this.#source.learn(url, hlsOrDash(text));
  }

  /** Writes a failure to the console if no response was successful yet: only the player knows if there is a picture. */
  #tellConsole(error: SecureTokenError | undefined): void {
    writeEarlyFailure(this.#source, error, delivering.has(this.#source));
  }

  #deliver({ request, response, error }: SentBefore): Response {
    if (!response) throw errorWithoutToken(error, request) as Error;
    const { unsignedUrl } = request;
    if (response.ok) delivering.add(this.#source);
    // an opaque response has no status
    else if (response.status > 0) this.#tellConsole(refusalOf(this.#source, request, response.status));
    // relative URIs of a playlist resolve against the URL from which it finally came
    const url = this.#source.unsign(response.url || unsignedUrl);
    return readAfter(this.#learn(response, url, unsignedUrl), unsignedResponse(this.#source, response));
  }
}
