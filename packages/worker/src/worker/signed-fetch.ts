import type { SignedRequest } from 'secure-token-core';
import { sendSignedBefore } from 'secure-token-core/adapter';
import type { Delivery } from './delivery.ts';
import type { Releasable, RequestSigner } from './request-signer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** One request to the edge. Signs and sends it, sends it once more if the edge refuses it, and makes the response. */
export class SignedFetch {
  readonly #event: FetchEventLike;
  readonly #signer: RequestSigner & Partial<Releasable>;
  readonly #delivery: Delivery;

  constructor(event: FetchEventLike, signer: RequestSigner & Partial<Releasable>, delivery: Delivery) {
    this.#event = event;
    this.#signer = signer;
    this.#delivery = delivery;
  }

  /** @throws as `TokenSource.sign`; the reason of the player's abort */
  async answer(): Promise<Response> {
    const { request } = this.#event;
    const { url, signal } = request;
    const signed = await this.#signer.sign(url, { signal });
    if (!signed.token) return fetch(request);
    const sending = sendSignedBefore(this.#signer, signed, (...args) => this.#send(...args), { signal });
    const sent = await sending.finally(() => this.#signer.release?.());
    return sent.response
      ? this.#delivery.answer(this.#event, sent.request, sent.response)
      : this.#delivery.failed(this.#event, sent.request);
  }

  #send(signed: SignedRequest, cache: RequestCache | undefined): Promise<Response> {
    const init = this.#delivery.request(this.#event, signed);
    return fetch(signed.url, { ...init, ...(cache === 'reload' && { cache }) });
  }
}
