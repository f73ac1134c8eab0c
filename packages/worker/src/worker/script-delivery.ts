import type { SignedRequest } from 'secure-token-core';
import { isElsewhere, letGo, unsignAs } from 'secure-token-core/adapter';
import { playlistText } from 'secure-token-core/playlists';
import type { Delivery } from './delivery.ts';
import { handOver } from './hand-over.ts';
import { isWebKit } from './media-request.ts';
import { reportMissingCors } from './missing-cors.ts';
import type { ScriptSigner } from './request-signer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** Takes the text of a playlist, by its unsigned URL. */
export type LearnText = (url: string, text: string) => void;

/** The delivery to a script: all of its request goes out, and no token shows in the response. */
export class ScriptDelivery implements Delivery {
  readonly #signer: ScriptSigner;
  readonly #learnText: LearnText;

  constructor(signer: ScriptSigner, learnText: LearnText) {
    this.#signer = signer;
    this.#learnText = learnText;
  }

  request({ request }: FetchEventLike, { headers, credentials }: SignedRequest): RequestInit {
    const { method, mode, redirect, referrer, referrerPolicy, integrity, keepalive, signal } = request;
    const all = new Headers(request.headers);
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    return {
      method,
      headers: all,
      // without CORS a request has no headers of its own
      mode: mode === 'no-cors' && Object.keys(headers).length ? 'cors' : mode,
      credentials: credentials ? 'include' : request.credentials,
      cache: request.cache,
      redirect,
      referrer,
      referrerPolicy,
      integrity,
      keepalive,
      signal,
    };
  }

  async answer(event: FetchEventLike, sent: SignedRequest, response: Response): Promise<Response> {
    // an opaque one has no URL that a script could see
    if (response.type === 'opaque') return response;
    // a redirect that the script does not follow shows the signed URL; of one of the worker's own it sees that it asked
    if (response.type === 'opaqueredirect') return Response.redirect(event.request.url);

    const asked = withoutFragment(sent.unsignedUrl);
    const target = response.redirected ? unsignAs(sent, this.#signer.unsign(response.url)) : asked;
    const isMoved = target !== asked;
    const showsToken = target !== response.url;
    // a host without tokens is shown as the one that has redirected to it, and would again
    const mayFollow = [target, sent.url].some((url) => !isElsewhere(response.url, url));
    // relative URIs of a playlist begin where the redirect has led: the browser asks for that, and is signed for
    if (isMoved && showsToken && mayFollow && this.#signer.protects(target)) {
      letGo(response.body);
      return Response.redirect(target);
    }
    const isShown = isMoved && !showsToken;
    // a playlist is read beside the player; its URIs are relative to the URL that the player sees
    event.waitUntil(this.#learn(response, isShown ? target : asked));
    if (isShown) return response;
    return isWebKit() ? readWhole(response) : handOver(event, response);
  }

  async #learn(response: Response, url: string): Promise<void> {
    const text = await playlistText(response, [url]);
    if (text) this.#learnText(url, text);
  }

  failed(event: FetchEventLike, sent: SignedRequest): Promise<Response> {
    const { mode, redirect } = event.request;
    if (mode === 'cors' && redirect !== 'error') event.waitUntil(reportMissingCors(event, sent));
    return Promise.resolve(Response.error());
  }
}

const withoutFragment = (url: string): string => url.split('#', 1)[0]!;

/**
 * WebKit does not tell a worker that nobody reads a body any more, and its connection would stay: it is read to its
 * end.
 */
async function readWhole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const bytes = await response.arrayBuffer();
  return new Response(bytes.byteLength ? bytes : null, { status, statusText, headers });
}
