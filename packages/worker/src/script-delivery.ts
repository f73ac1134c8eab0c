import type { SignedRequest } from 'secure-token-core';
import type { Delivery } from './delivery.ts';
import { handOver } from './hand-over.ts';
import { isWebKit } from './media-request.ts';
import { reportMissingCors } from './missing-cors.ts';
import type { ScriptSigner } from './request-signer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** How a script asks, and what it is given: all of its request, and an answer in which no token shows. */
export class ScriptDelivery implements Delivery {
  readonly #signer: ScriptSigner;

  constructor(signer: ScriptSigner) {
    this.#signer = signer;
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
    if (response.type.startsWith('opaque')) return response;
    this.#learn(event, sent, response);
    if (!response.redirected) return isWebKit() ? readWhole(response) : handOver(event, response);
    // relative URIs of a playlist begin where the redirect has led
    const target = withoutToken(response.url, sent);
    if (target === response.url) return response;
    await response.body?.cancel();
    // the browser asks for that in turn, and is signed for
    return Response.redirect(target);
  }

  async failed(event: FetchEventLike, sent: SignedRequest): Promise<Response> {
    const { mode, redirect } = event.request;
    if (mode === 'cors' && redirect !== 'error') await reportMissingCors(event, sent);
    return Response.error();
  }

  /** A playlist is read beside the player, which waits for nothing. */
  #learn(event: FetchEventLike, { unsignedUrl }: SignedRequest, response: Response): void {
    const type = response.headers.get('content-type') ?? '';
    const isPlaylist = response.status === 200 && (/mpegurl/i.test(type) || /\.m3u8($|[?#])/i.test(unsignedUrl));
    if (!isPlaylist || event.request.method === 'HEAD') return;
    const reading = response.clone().text();
    event.waitUntil(reading.then((text) => this.#signer.learn(unsignedUrl, text)).catch(() => undefined));
  }
}

/**
 * WebKit does not tell a worker that nobody reads a body any more, and its connection would stay: it is read to its
 * end.
 */
async function readWhole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const bytes = await response.arrayBuffer();
  return new Response(bytes.byteLength ? bytes : null, { status, statusText, headers });
}

/** `url`, to which the edge has redirected `sent`, without parameters that only the token has put there. */
function withoutToken(url: string, { url: signedUrl, unsignedUrl }: SignedRequest): string {
  const parametersOf = (text: string): string[] => new URL(text).search.slice(1).split('&');
  const before = new Set(parametersOf(unsignedUrl));
  const ofToken = new Set(parametersOf(signedUrl).filter((parameter) => !before.has(parameter)));
  const target = new URL(url);
  const kept = parametersOf(url).filter((parameter) => !ofToken.has(parameter));
  if (kept.length === parametersOf(url).length) return url;
  target.search = kept.join('&');
  return target.href;
}
