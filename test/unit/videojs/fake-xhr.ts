/** Node has none. */
export class FakeProgressEvent extends Event {}

const HEARD = ['load', 'error', 'timeout', 'abort', 'loadend'];

/** An XMLHttpRequest with as much of the browser's as `@videojs/xhr` uses. The test stands for the network. */
export class FakeXhr extends EventTarget {
  readonly sent: unknown[] = [];
  readonly opened: string[] = [];
  readonly headersSent: string[] = [];
  /** What the player hears. */
  readonly heard: string[] = [];
  readyState = 0;
  status = 0;
  responseText = '';
  answeredFrom = '';
  responseType = '';
  timeout = 0;
  withCredentials = false;
  ontimeout: ((cause: unknown) => void) | null = null;
  requestTime = 0;
  /** Headers of the answer, with names in lower case. */
  responseHeaders: Record<string, string> = {};
  /** The error that the browser throws on the next header. */
  refusing: Error | undefined;

  // as in browsers, not a property of the object
  get responseURL(): string {
    return this.answeredFrom;
  }

  open(method: string, url: string): void {
    this.opened.push(`${method} ${url}`);
    this.headersSent.length = 0;
    Object.assign(this, { readyState: 1, status: 0, answeredFrom: url });
  }

  setRequestHeader(name: string, value: string): void {
    if (this.refusing) throw this.refusing;
    this.headersSent.push(`${name}: ${value}`);
  }

  send(body?: unknown): void {
    this.sent.push(body);
  }

  abort(): void {
    // a request that is at its end has no more events
    if (this.readyState < 4) this.#end(0, 'abort');
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
  answer(status: number, responseText = ''): void {
    this.responseText = responseText;
    this.#end(status, 'load');
  }

  /** Fails the request without a status. */
  fail(type: 'error' | 'timeout'): void {
    this.#end(0, type);
  }

  #end(status: number, type: string): void {
    Object.assign(this, { status, readyState: 4 });
    for (const each of ['readystatechange', type, 'loadend']) {
      const event = new FakeProgressEvent(each);
      if (each === 'timeout') this.addEventListener('timeout', () => this.ontimeout?.(event), { once: true });
      this.dispatchEvent(event);
    }
  }

  /** Sends as `@videojs/xhr` does, which sets its listeners first. */
  request(url: string, { method = 'GET', headers = {}, body }: FakeRequest = {}): this {
    this.ontimeout = (cause) => this.heard.push(`ontimeout ${(cause as { code?: string }).code}`);
    for (const type of HEARD) this.addEventListener(type, () => this.heard.push(`${type} ${this.status}`));
    this.open(method, url);
    for (const [name, value] of Object.entries(headers)) this.setRequestHeader(name, value);
    this.opened.length = 0;
    this.send(body);
    return this;
  }
}

interface FakeRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}
