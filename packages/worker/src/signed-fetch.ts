import type { Sent, SignedRequest } from 'secure-token-core';
import { credentialsMode, sendSigned } from 'secure-token-core';
import { boundedRange, isWebKit } from './media-request.ts';
import { checkCors, reportMissing } from './missing-cors.ts';
import type { RequestSigner } from './request-signer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** Without them a player cannot tell which part of a file it was given. */
const headersOfParts = 'Access-Control-Expose-Headers: Content-Range, Content-Length, Accept-Ranges, ETag';

/** One media request on its way to the edge: signed, sent, once more if it is refused, and answered. */
export class SignedFetch {
  readonly #event: FetchEventLike;
  readonly #signer: RequestSigner;

  constructor(event: FetchEventLike, signer: RequestSigner) {
    this.#event = event;
    this.#signer = signer;
  }

  /** @throws as `TokenSource.sign`; the reason for which the player gave the request up */
  async answer(): Promise<Response> {
    const { request } = this.#event;
    const { url, signal } = request;
    const signed = await this.#signer.sign(url, { signal });
    if (!signed.token) return fetch(request);
    const sent = await sendSigned(this.#signer, signed, (...args) => this.#send(...args), { signal });
    return this.#deliver(sent);
  }

  #send({ url, headers, credentials }: SignedRequest, cache: RequestCache = 'default'): Promise<Response> {
    const { request } = this.#event;
    const { mode, signal, referrer, referrerPolicy } = request;
    const range = boundedRange(request.url, request.headers.get('range'));
    // across origins it would cost a preflight, which few CDNs answer
    const condition = new URL(url).origin === location.origin && request.headers.get('if-range');
    return fetch(url, {
      headers: { ...headers, ...(range && { range }), ...(condition && { 'if-range': condition }) },
      credentials: credentialsMode({ credentials }, mode === 'cors' ? request.credentials : undefined),
      cache,
      signal,
      // of the page; the worker's own URL holds its settings
      referrer,
      referrerPolicy,
    });
  }

  async #deliver({ request: sent, response }: Sent): Promise<Response> {
    if (!response) {
      await checkCors(this.#event, sent);
      // as the page has asked: its URL is signed already where it has fallen back on that
      return fetch(this.#event.request);
    }
    const isUnknownPart = response.status === 206 && !response.headers.has('content-range');
    if (isUnknownPart) await reportMissing(this.#event, sent, headersOfParts);
    return isUnknownPart || isWebKit() || isWhole(response) ? response : this.#handOver(response);
  }

  /** The worker hands the body over itself, and is kept alive until the player has read it. */
  #handOver(response: Response): Response {
    const { body, status, statusText, headers } = response;
    if (!body) return response;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.#event.waitUntil(body.pipeTo(writable).catch(() => undefined));
    return new Response(readable, { status, statusText, headers });
  }
}

/** Whether all of a file was sent, be it as a part: Chromium's HLS reads no other body than that of the edge itself. */
function isWhole({ status, headers }: Response): boolean {
  const [, end, total] = /^bytes 0-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return status !== 206 || (end !== undefined && Number(end) + 1 === Number(total));
}
