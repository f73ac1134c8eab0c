import type { SignedRequest } from 'secure-token-core';
import { replayCacheMode } from 'secure-token-core';
import type { Delivery } from './delivery.ts';
import type { RequestSigner } from './request-signer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** One request on its way to the edge: signed, sent, once more if it is refused, and answered. */
export class SignedFetch {
  readonly #event: FetchEventLike;
  readonly #signer: RequestSigner;
  readonly #delivery: Delivery;

  constructor(event: FetchEventLike, signer: RequestSigner, delivery: Delivery) {
    this.#event = event;
    this.#signer = signer;
    this.#delivery = delivery;
  }

  /** @throws as `TokenSource.sign`; the reason for which the player gave the request up */
  async answer(): Promise<Response> {
    const { request } = this.#event;
    const { url, signal } = request;
    const signed = await this.#signer.sign(url, { signal });
    if (!signed.token) return fetch(request);
    const response = await this.#send(signed);
    const replay = await this.#replayOf(signed, response);
    if (!replay) return this.#deliver(signed, response);
    await response?.body?.cancel();
    const second = await this.#send(replay, replayCacheMode(signed, replay));
    // once: that this one is refused, too, is only reported
    await this.#replayOf(replay, second);
    return this.#deliver(replay, second);
  }

  /** `undefined` is a failure without a status: the network, or an answer without CORS headers. */
  async #send(signed: SignedRequest, cache: RequestCache = 'default'): Promise<Response | undefined> {
    const init = this.#delivery.request(this.#event, signed);
    try {
      return await fetch(signed.url, { ...init, ...(cache !== 'default' && { cache }) });
    } catch {
      this.#event.request.signal.throwIfAborted();
      return undefined;
    }
  }

  /** The request signed by another token, if this one was refused and there is one. */
  async #replayOf(sent: SignedRequest, response: Response | undefined): Promise<SignedRequest | undefined> {
    // 0 is an answer that only the page may see
    if (response && response.status < 400) return undefined;
    const { signal } = this.#event.request;
    return this.#signer.refused(sent, response?.status ?? 0, { signal });
  }

  #deliver(sent: SignedRequest, response: Response | undefined): Promise<Response> {
    return response ? this.#delivery.answer(this.#event, sent, response) : this.#delivery.failed(this.#event, sent);
  }
}
