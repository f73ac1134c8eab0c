import { randomBytes } from 'node:crypto';
import type { Request } from './asker.ts';

/** Calls of the signing endpoint, as a player of the page makes them. */
export class EndpointCalls {
  readonly url: string;
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** The one session of all calls, as of a page: an endpoint may count sessions. */
  readonly #session = randomBytes(16).toString('base64url');

  /** @param headers the headers that the player adds, such as a bearer token; names in lower case */
  constructor(url: string, origin: string, headers: Readonly<Record<string, string>>) {
    this.url = url;
    this.#origin = origin;
    this.#headers = headers;
  }

  get sendsCookies(): boolean {
    return 'cookie' in this.#headers;
  }

  call(urls: readonly string[], reason: 'initial' | 'refused', what: string): Request {
    const headers = { ...this.#headers, 'content-type': 'application/json', origin: this.#origin };
    return {
      what: `the endpoint: ${what}`,
      method: 'POST',
      url: this.url,
      headers,
      body: JSON.stringify({ urls, reason, session: this.#session }),
    };
  }

  preflight(): Request {
    const names = ['content-type', ...Object.keys(this.#headers).filter((name) => name !== 'cookie')].sort();
    const headers = {
      origin: this.#origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': names.join(','),
    };
    return { what: 'the endpoint: preflight', method: 'OPTIONS', url: this.url, headers };
  }
}
