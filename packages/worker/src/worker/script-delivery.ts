import type { SignedRequest } from 'secure-token-core';
import { isElsewhere, letGo, unsignAs } from 'secure-token-core/adapter';
import { playlistText } from 'secure-token-core/playlists';
import { handOver } from './hand-over.ts';
import { isWebKit } from './media-request.ts';
import type { ScriptSigner } from './request-signer.ts';
import type { Delivery } from './signed-answer.ts';
import { wholeRequest } from './whole-request.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** The delivery to a script. The whole request goes out, and the response shows no token. */
export class ScriptDelivery implements Delivery {
  readonly #signer: ScriptSigner;
  readonly #learnText: (url: string, text: string) => void;

  /** @param learnText takes a playlist and its unsigned URL */
  constructor(signer: ScriptSigner, learnText: (url: string, text: string) => void) {
    this.#signer = signer;
    this.#learnText = learnText;
  }

  request(event: FetchEventLike, signed: SignedRequest): RequestInit {
    return wholeRequest(event, signed);
  }

  async answer(event: FetchEventLike, sent: SignedRequest, response: Response): Promise<Response> {
    // an opaque response has no URL that a script could see
    if (response.type === 'opaque') return response;
    // if the script does not follow redirects, this response would show the signed URL; a redirect that the worker
    // makes shows the URL of the request
    if (response.type === 'opaqueredirect') return Response.redirect(event.request.url);

    const asked = withoutFragment(sent.unsignedUrl);
    const target = response.redirected ? unsignAs(sent, this.#signer.unsign(response.url)) : asked;
    const isMoved = target !== asked;
    const showsToken = target !== response.url;
    // the host of `response.url` may have no tokens: `unsign` then names the host that has redirected to it, and that
    // host would redirect again
    const mayFollow = [target, sent.url].some((url) => !isElsewhere(response.url, url));
    // relative URIs of a playlist start at the target of the redirect: the browser requests the target, and the worker
    // signs that request
    if (isMoved && showsToken && mayFollow && this.#signer.protects(target)) {
      letGo(response.body);
      return Response.redirect(target);
    }
    const isShown = isMoved && !showsToken;
    // the worker reads a playlist beside the player; its URIs are relative to the URL that the player sees
    event.waitUntil(this.#learn(response, isShown ? target : asked));
    if (isShown) return response;
    return isWebKit() ? readWhole(response) : handOver(event, response);
  }

  async #learn(response: Response, url: string): Promise<void> {
    const text = await playlistText(response, [url]);
    if (text) this.#learnText(url, text);
  }

  failed(): Promise<Response> {
    return Promise.resolve(Response.error());
  }
}

const withoutFragment = (url: string): string => url.split('#', 1)[0]!;

/**
 * Reads the body of a response to its end. WebKit does not tell a worker when the page stops reading a body, so the
 * connection would stay open.
 */
async function readWhole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const bytes = await response.arrayBuffer();
  return new Response(bytes.byteLength ? bytes : null, { status, statusText, headers });
}
