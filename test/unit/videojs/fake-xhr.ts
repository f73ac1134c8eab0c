import type { PlayerRequest } from '../../../packages/videojs/src/signed-xhr.ts';

const HANDLERS = ['readystatechange', 'progress', 'load', 'error', 'timeout', 'loadend', 'abort'] as const;

/** Node has none. */
export class FakeProgressEvent extends Event {}

/** An XMLHttpRequest with as much of the browser's as `@videojs/xhr` uses. The test stands for the network. */
class FakeXhr extends EventTarget {
  readonly sent: unknown[] = [];
  readonly opened: string[] = [];
  readonly headersSent: string[] = [];
  readyState = 0;
  status = 0;
  responseText = '';
  answeredFrom = '';
  responseType = '';
  timeout = 0;
  withCredentials = false;
  /** Headers of the answer, with names in lower case. */
  responseHeaders: Record<string, string> = {};
  /** The error that the browser throws on the next header. */
  refusing: Error | undefined;
  readonly #handlers = new Map<string, ((event: Event) => void) | null>();

  constructor() {
    super();
    for (const type of HANDLERS) {
      // called in the order in which they were set, as those of the browser
      Object.defineProperty(this, 'on' + type, {
        get: () => this.#handlers.get(type) ?? null,
        set: (handler: ((event: Event) => void) | null) => {
          const before = this.#handlers.get(type);
          if (before) this.removeEventListener(type, before);
          this.#handlers.set(type, handler);
          if (handler) this.addEventListener(type, handler);
        },
      });
    }
  }

  // as in browsers, not a property of the object
  get responseURL(): string {
    return this.answeredFrom;
  }

  open(method: string, url: string): void {
    this.opened.push(`${method} ${url}`);
    this.headersSent.length = 0;
    Object.assign(this, { readyState: 1, status: 0, answeredFrom: url });
    this.fire('readystatechange');
  }

  setRequestHeader(name: string, value: string): void {
    if (this.refusing) throw this.refusing;
    this.headersSent.push(`${name}: ${value}`);
  }

  send(body?: unknown): void {
    this.sent.push(body);
  }

  abort(): void {
    Object.assign(this, { readyState: 4, status: 0 });
    this.fire('readystatechange', 'abort', 'loadend');
  }

  getAllResponseHeaders(): string {
    return Object.entries(this.responseHeaders)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  }

  getResponseHeader(name: string): string | null {
    return this.responseHeaders[name.toLowerCase()] ?? null;
  }

  /** The edge answers. */
  answer(status: number, text = ''): void {
    Object.assign(this, { status, responseText: text, readyState: 2 });
    this.fire('readystatechange');
    this.readyState = 4;
    this.fire('readystatechange', 'load', 'loadend');
  }

  /** Fails the request without a status. */
  fail(type: 'error' | 'timeout'): void {
    Object.assign(this, { readyState: 4, status: 0 });
    this.fire('readystatechange', type, 'loadend');
  }

  fire(...types: string[]): void {
    for (const type of types) this.dispatchEvent(new FakeProgressEvent(type));
  }
}

export interface FakeRequest extends FakeXhr {
  readonly heard: string[];
}

/**
 * Makes a request as `@videojs/xhr` does: opened, with its handlers, not sent. `heard` has what the handlers hear from
 * the last open on.
 */
export function playerRequest(url: string, headers: Record<string, string> = {}): FakeRequest & PlayerRequest {
  const heard: string[] = [];
  const xhr = Object.assign(new FakeXhr(), { heard, url, method: 'GET', headers });
  for (const type of HANDLERS) {
    Object.assign(xhr, {
      ['on' + type]: (cause: Event | Error) => {
        if (type === 'readystatechange' && xhr.readyState < 4) return;
        if (cause instanceof Error) heard.push(`${type} ${cause.message}: ${Object.entries(cause).join()}`);
        else heard.push(type === 'readystatechange' ? 'done' : `${type} ${xhr.status}`);
      },
    });
  }
  xhr.open('GET', url);
  for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
  xhr.opened.length = 0;
  return xhr as unknown as FakeRequest & PlayerRequest;
}
