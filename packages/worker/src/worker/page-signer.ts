import type { SignOptions, SignedRequest } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { untouchedRequest } from 'secure-token-core/adapter';
import type { PageConnection } from './page-connection.ts';
import { PageClosed } from './page-connection.ts';
import { PageNotes } from './page-notes.ts';
import { PageSearch } from './page-search.ts';
import type { Question } from '../wire/protocol.ts';
import { words } from '../wire/protocol.ts';
import type { Releasable, RequestSigner, ScriptSigner } from './request-signer.ts';
import { goOnBeside, openPages, scope } from './worker-scope.ts';

/**
 * The pages for whose requests the worker has found no page that signs. Their requests do not wait again until a page
 * hands out tokens.
 */
const pagesWithoutSigner = new PageNotes<true>();

/** Forgets `pagesWithoutSigner`, because a page has said that it hands out tokens. */
export const forgetPagesWithoutSigner = (): void => pagesWithoutSigner.forgetAll();

/**
 * The signer of one request that lets a page sign. The page keeps the tokens, so nothing is lost when the browser stops
 * the worker.
 */
export class PageSigner implements ScriptSigner, Releasable {
  readonly protects: RequestSigner['protects'];
  readonly #clientId: string;
  readonly #isProtectKnown: boolean;
  /** The connection to the page that has signed the request. */
  #connection: PageConnection | undefined;
  #signingPageId = '';

  /**
   * @param clientId the id of the page that has made the request
   * @param protects absent if only pages know which URLs are protected
   */
  constructor(clientId: string, protects?: RequestSigner['protects']) {
    this.#clientId = clientId;
    this.#isProtectKnown = protects !== undefined;
    this.protects = protects ?? (() => true);
  }

  async sign(url: string, { signal }: SignOptions = {}): Promise<SignedRequest> {
    try {
      return await this.#signInPage(url, signal);
    } catch (error) {
      if (!(error instanceof PageClosed)) throw error;
      // another page may be open, or the same page again
      return this.#signInPage(url, signal);
    }
  }

  async refused(
    _request: SignedRequest,
    status: number,
    { signal }: SignOptions = {},
  ): Promise<SignedRequest | undefined> {
    return this.#connection && this.#ask(this.#connection, { status }, signal);
  }

  release(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Asks all pages to lift their denials: the pages keep the tokens, and any of them may have been denied. */
  async renew(): Promise<void> {
    for (const page of await openPages()) page.postMessage({ secureToken: words.lift });
  }

  /** Passes a playlist to the page that has signed the request, which reads ahead. */
  learnText(url: string, text: string): void {
    const tell = async (): Promise<void> => {
      const page = await scope.clients.get(this.#signingPageId);
      page?.postMessage({ secureToken: words.playlist, url, text });
    };
    goOnBeside(tell());
  }

  /** Returns `url` as it is, because only the page knows what a token looks like. */
  unsign(url: string): string {
    return url;
  }

  async #signInPage(url: string, signal: AbortSignal | undefined): Promise<SignedRequest> {
    const connection = await this.#connect(signal);
    if (!connection) return this.#withoutPage(url);
    const signed = await this.#ask(connection, { url }, signal);
    if (!signed)
      throw new SecureTokenError(
        'ERR_SIGNING_RESPONSE',
        'The page answered without a signed request. Load the same version of the page and the worker.',
        { url },
      );
    return signed;
  }

  async #connect(signal: AbortSignal | undefined): Promise<PageConnection | undefined> {
    if (pagesWithoutSigner.get(this.#clientId)) return undefined;
    const search = new PageSearch(forgetPagesWithoutSigner);
    const connection = await search.find(this.#clientId, signal);
    if (!connection) pagesWithoutSigner.note(this.#clientId, true);
    return connection;
  }

  #withoutPage(url: string): SignedRequest {
    if (this.#isProtectKnown) {
      throw new SecureTokenError(
        'ERR_SIGNING_UNAVAILABLE',
        'No open page of this site hands out tokens. Call registerTokenWorker() in a page.',
      );
    }
    // most likely a file of another part of the site
    return untouchedRequest(url);
  }

  async #ask(
    connection: PageConnection,
    question: Question,
    signal: AbortSignal | undefined,
  ): Promise<SignedRequest | undefined> {
    this.#connection = undefined;
    this.#signingPageId = connection.pageId;
    try {
      const answer = await connection.ask(question, signal);
      if ('error' in answer) throw answer.error;
      // the edge cannot refuse a request without a token, so no question follows
      if (answer.signed?.token) this.#connection = connection;
      return answer.signed;
    } finally {
      if (!this.#connection) connection.close();
    }
  }
}
