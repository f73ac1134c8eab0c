import type { SignOptions, SignedRequest } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { abortable, sleep, untouchedRequest } from 'secure-token-core/adapter';
import type { Question } from '../wire/messages.ts';
import { HERE, readAnswer } from '../wire/messages.ts';
import type { ScriptSigner } from './request-signer.ts';
import type { WorkerClient } from './worker-scope.ts';
import { openPages } from './worker-scope.ts';

/** The longest search, in seconds, for a page that hands out tokens: the page may still be loading its scripts. */
const SEARCH_SECONDS = 10;

/** The number of pages that are remembered. Pages close without an event, and a worker may live for weeks. */
const MAX_PAGES = 100;

/**
 * The pages for whose requests the worker has found no page that signs. Their requests do not wait again until a page
 * says that it hands out tokens.
 */
const withoutSigner = new Set<string>();

export const forgetPagesWithoutSigner = (): void => withoutSigner.clear();

/** A page that hands out tokens, and the worker's end of a channel to it. */
interface Connection {
  readonly page: WorkerClient;
  readonly port: MessagePort;
}

/** Asks each page whether it hands out tokens. A page that does not, or is still loading its scripts, does not answer. */
function greet(pages: readonly WorkerClient[], connected: (connection: Connection) => void): void {
  for (const page of pages) {
    const { port1: port, port2 } = new MessageChannel();
    port.onmessage = ({ data }) => {
      if (data === HERE) connected({ page, port });
    };
    page.postMessage({ secureToken: 'hello' }, [port2]);
  }
}

/** Returns the first page that hands out tokens: that of the request, or any other one of this origin. */
async function findPage(clientId: string, signal: AbortSignal | undefined): Promise<Connection | undefined> {
  if (withoutSigner.has(clientId)) return undefined;
  let found: Connection | undefined;
  let isOver = false;
  let settle!: () => void;
  const answered = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const connected = (connection: Connection): void => {
    if (isOver) connection.port.close();
    else found = connection;
    isOver = true;
    settle();
  };
  try {
    for (let second = 0; second < SEARCH_SECONDS && !found; second++) {
      const pages = await openPages();
      // for the first second only the page of the request; a Web Worker has none
      const own = pages.filter(({ id }) => id === clientId);
      greet(second || !own.length ? pages : own, connected);
      await abortable(Promise.race([answered, sleep(1)]), signal);
    }
  } finally {
    isOver = true;
  }
  if (!found) {
    if (withoutSigner.size === MAX_PAGES) withoutSigner.clear();
    withoutSigner.add(clientId);
  }
  return found;
}

/**
 * Asks a page, which may take its time.
 * @returns its answer, as it was posted; `undefined` if the page was closed: that breaks the channel without an event
 */
async function ask({ page, port }: Connection, question: Question, signal?: AbortSignal): Promise<object | undefined> {
  const answered = new Promise<object>((resolve) => {
    port.onmessage = ({ data }) => resolve(Object(data) as object);
  });
  port.postMessage(question);
  for (;;) {
    const answer = await abortable(Promise.race([answered, sleep(1)]), signal);
    if (answer) return answer;
    if (!(await openPages()).some(({ id }) => id === page.id)) return undefined;
  }
}

/**
 * The signer of one request that lets a page sign. The page keeps the tokens, so nothing is lost when the browser stops
 * the worker.
 */
export class PageSigner implements ScriptSigner {
  readonly protects: (url: string) => boolean;
  readonly isProtectKnown: boolean;
  readonly #clientId: string;
  /** The page that has signed the request. */
  #connection: Connection | undefined;

  /**
   * @param clientId the id of the page that has made the request
   * @param protects absent if only pages know which URLs are protected
   */
  constructor(clientId: string, protects?: (url: string) => boolean) {
    this.#clientId = clientId;
    this.isProtectKnown = protects !== undefined;
    this.protects = protects ?? (() => true);
  }

  async sign(url: string, { signal }: SignOptions = {}): Promise<SignedRequest> {
    this.#connection = await findPage(this.#clientId, signal);
    if (this.#connection) {
      const answer = await ask(this.#connection, { url }, signal);
      // another page may be open, or the same page again
      if (!answer) return this.sign(url, { signal });
      return readAnswer(answer) ?? untouchedRequest(url);
    }
    // most likely a file of another part of the site
    if (!this.isProtectKnown) return untouchedRequest(url);
    throw new SecureTokenError(
      'ERR_SIGNING_UNAVAILABLE',
      'No open page of this site hands out tokens. Call registerTokenWorker() in a page.',
    );
  }

  async refused(
    { url }: SignedRequest,
    status: number,
    { signal }: SignOptions = {},
  ): Promise<SignedRequest | undefined> {
    const answer = this.#connection && (await ask(this.#connection, { url, status }, signal));
    return answer && readAnswer(answer);
  }

  /** Ends the use of this signer: the request has its response, so there are no more questions. */
  release(): void {
    this.#connection?.port.close();
  }

  /** Asks all pages to lift their denials: the pages keep the tokens, and any of them may have been denied. */
  async renew(): Promise<void> {
    for (const page of await openPages()) page.postMessage({ secureToken: 'lift' });
  }

  /** Passes a playlist to the page that has signed the request, which reads ahead. */
  learnText(url: string, text: string): void {
    this.#connection?.page.postMessage({ secureToken: 'playlist', url, text });
  }

  /** Returns `url` as it is, because only the page knows what a token looks like. */
  unsign(url: string): string {
    return url;
  }
}
