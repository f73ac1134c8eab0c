import { writeMistake } from '../console-lines.ts';
import { doctorHint } from '../contract/errors.ts';
import type { SignedRequest } from '../contract/token-source.ts';
import { originOf, resolveUrl } from '../url-text.ts';
import { isOffline } from '../waiting.ts';

/**
 * Knows which hosts answer requests with a token. A host that has never answered may refuse without CORS headers: to a
 * page that looks like a failure of the network, and no event tells of it.
 */
export class AnsweringHosts {
  readonly #answering = new Set<string>();

  noteAnswer({ url }: SignedRequest): void {
    this.#answering.add(originOf(resolveUrl(url)));
  }

  /**
   * Notes that a request with a token has failed, and writes the probable cause to the console, once for each host.
   * @param source the token source that the line is about; @param status 0 if the failure has none
   */
  noteFailure(source: object, request: SignedRequest, status: number, endpoint: string | URL | undefined): void {
    const host = originOf(resolveUrl(request.url));
    if (status) this.#answering.add(host);
    if (status || isOffline() || this.#answering.has(host)) return;
    const message =
      `secure-token: ${host} failed without a status. If the network panel shows 401, 403 or 410, the CDN sends no ` +
      'CORS headers with refusals: let it send them with every status. ';
    const hint = doctorHint(request.unsignedUrl, endpoint);
    writeMistake(source, message + hint, 'errors.md#status-0-instead-of-403-or-410', 'error', host);
  }
}
