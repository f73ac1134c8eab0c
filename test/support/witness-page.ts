/** Everything that a page tells of one player, without what is of one run alone: no time, port or token. */
export interface Testimony {
  /** Events by channel: what happens on two channels at a time has no order. */
  events: Record<string, { type: string; detail: unknown }[]>;
  /** Requests that scripts have made to the browser, and the way they made them, by path. */
  requests: Record<string, string[]>;
}

declare global {
  interface Window {
    witness: Testimony & {
      tell(channel: string, type: string, detail: unknown): void;
      /** Everything there is in a value, down to some depth, as plain data. */
      digest(value: unknown, depth?: number): unknown;
      /** `/v/a.ts` of a URL, without its token. */
      pathOf(url: string): string;
      /** Requests, answers that are being read, and what the browser does beside the page. */
      readonly underWay: Set<{ what: string }>;
      /** Begins anew, with another player. */
      reset(): void;
    };
  }
}

/** Runs inside the page before any script of it, so nothing from outside of this function exists. */
export function installWitness(): void {
  const pathOf = (url: string): string => {
    const { pathname, search, origin } = new URL(url, location.href);
    const query = search.replace(/[?&](st|e)=[^&]*/g, '');
    return (origin === location.origin ? '' : 'elsewhere') + pathname + query;
  };

  /** Describes the times of a request: which are missing, and which come before an earlier one. */
  const order = (times: object): string => {
    let before = 0;
    return Object.entries(times)
      .map(([name, at]: [string, number]) => {
        const isLate = at >= before;
        before = at;
        return name + (at === 0 ? ' 0' : isLate ? '' : ' too early');
      })
      .join();
  };
  // times, handles of timers, what is private, and what is told elsewhere
  const UNTOLD = new Set([
    'hls',
    'loader',
    'keyLoader',
    'chunkMeta',
    'advancedDateTime',
    'requestScheduled',
    'timeStamp',
    'buffering',
    'parsing',
    'bwEstimate',
    'bandwidth',
    'from',
    'to',
    'isMediaInitialization',
    'details',
    'levelDetails',
    'levelInfo',
    'levelOrTrack',
    'levels',
    'tagList',
    'levelkeys',
  ]);

  const digest = (value: unknown, depth = 3, seen: readonly unknown[] = []): unknown => {
    if (typeof value === 'string') return value.replaceAll(location.origin, '').replace(/blob:\S+/, 'blob:');
    if (typeof value === 'function') return 'a function';
    if (typeof value !== 'object' || value === null) return value ?? String(value);
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    if (value instanceof XMLHttpRequest) {
      const { status, statusText, readyState, responseType, timeout, withCredentials, responseURL } = value;
      const url = responseURL && pathOf(responseURL);
      return { status, statusText, readyState, responseType, timeout, withCredentials, url };
    }
    if (value instanceof Response) {
      const { status, statusText, type, url, bodyUsed } = value;
      return { status, statusText, type, bodyUsed, url: url && pathOf(url) };
    }
    if (value instanceof Error) return `${value.name}: ${value.message.replaceAll(location.origin, '')}`;
    if (value instanceof EventTarget) return value.constructor.name;
    if (seen.includes(value)) return 'as above';
    if (depth === 0) return Array.isArray(value) ? `${value.length} of them` : value.constructor.name;
    const inside = [...seen, value];
    if (Array.isArray(value)) return value.map((item) => digest(item, depth - 1, inside));
    const isTold = ([name]: [string, unknown]): boolean => !name.startsWith('_') && !UNTOLD.has(name);
    const told = Object.entries(value).filter(isTold) as [string, unknown][];
    const members = told.map(([name, member]) => [
      name,
      name === 'loading' ? order(member as object) : digest(member, depth - 1, inside),
    ]);
    return Object.fromEntries(members);
  };

  const witness: Window['witness'] = {
    events: {},
    requests: {},
    underWay: new Set(),
    reset() {
      Object.assign(witness, { events: {}, requests: {} });
      witness.underWay.clear();
    },
    pathOf,
    digest,
    tell(channel, type, detail) {
      (witness.events[channel] ??= []).push({ type, detail: digest(detail) });
    },
  };
  window.witness = witness;

  const isMedia = (url: string): boolean => new URL(url, location.href).pathname.startsWith('/v/');
  const note = (url: string, ...how: unknown[]): void => {
    if (isMedia(url)) (witness.requests[pathOf(url)] ??= []).push(how.join(' '));
  };
  /** Notes work under way; call the result when the work is over. */
  const begin = (what: string): (() => void) => {
    const mark = { what };
    witness.underWay.add(mark);
    return () => witness.underWay.delete(mark);
  };
  const counted = <T>(what: string, promise: Promise<T>): Promise<T> => promise.finally(begin(what));

  const { open, send, setRequestHeader } = XMLHttpRequest.prototype;
  const opened = new WeakMap<XMLHttpRequest, { method: string; url: string; headers: string[] }>();
  Object.assign(XMLHttpRequest.prototype, {
    open(this: XMLHttpRequest, ...args: [string, string | URL, boolean]) {
      opened.set(this, { method: args[0], url: String(args[1]), headers: [] });
      open.apply(this, args);
    },
    setRequestHeader(this: XMLHttpRequest, name: string, value: string) {
      opened.get(this)?.headers.push(`${name}: ${value}`);
      setRequestHeader.call(this, name, value);
    },
    send(this: XMLHttpRequest, body?: XMLHttpRequestBodyInit) {
      const { method, url, headers } = opened.get(this)!;
      const credentials = this.withCredentials && 'with credentials';
      note(url, ...['XHR', method, this.responseType, credentials, ...headers, body && 'with a body'].filter(Boolean));
      // a second send() is another request
      if (isMedia(url)) this.addEventListener('loadend', begin(pathOf(url)), { once: true });
      send.call(this, body);
    },
  });
  const { fetch } = window;
  window.fetch = (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const url = request?.url ?? (input as URL | string).toString();
    const { method, credentials, mode, headers } = request ?? new Request(url, init);
    note(url, 'fetch', method, mode, credentials, ...Array.from(headers, ([name, value]) => `${name}: ${value}`));
    return counted(pathOf(url), fetch(input, init));
  };
  // what a browser does beside the page, too
  const { subtle } = crypto;
  const { mediaCapabilities } = navigator;
  const decrypt = subtle.decrypt.bind(subtle);
  const importKey = subtle.importKey.bind(subtle) as (...args: unknown[]) => Promise<CryptoKey>;
  const decodingInfo = mediaCapabilities.decodingInfo.bind(mediaCapabilities);
  subtle.decrypt = (...args) => counted('decrypt', decrypt(...args));
  subtle.importKey = (...args: unknown[]) => counted('importKey', importKey(...args));
  mediaCapabilities.decodingInfo = (...args) => counted('decodingInfo', decodingInfo(...args));
  for (const name of ['arrayBuffer', 'text', 'json', 'blob'] as const) {
    const read = Response.prototype[name] as () => Promise<unknown>;
    Reflect.set(Response.prototype, name, function (this: Response) {
      return counted(name, read.call(this));
    });
  }
  const { appendBuffer, remove } = SourceBuffer.prototype;
  Object.assign(SourceBuffer.prototype, {
    appendBuffer(this: SourceBuffer, data: BufferSource) {
      appendBuffer.call(this, data);
      this.addEventListener('updateend', begin('append'), { once: true });
    },
    remove(this: SourceBuffer, from: number, to: number) {
      remove.call(this, from, to);
      this.addEventListener('updateend', begin('remove'), { once: true });
    },
  });
  const { createObjectURL } = URL;
  URL.createObjectURL = (object) => {
    if (object instanceof MediaSource) object.addEventListener('sourceopen', begin('open'), { once: true });
    return createObjectURL(object);
  };
}
