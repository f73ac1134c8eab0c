import type Hls from 'hls.js';
import type * as hlsModule from 'hls.js';
import type { ErrorData, Events, HlsConfig } from 'hls.js';
import type * as plugin from '../../packages/hlsjs/src/index.ts';

export interface LabWatch {
  /** `fragLoadError 403`, `fatal manifestLoadError 403`. */
  readonly errors: string[];
  readonly codes: string[];
  /** `hlsLevelLoaded.details.url`: where a token stood in an event. */
  readonly leaks: string[];
  readonly events: string[];
}

declare global {
  interface Window {
    Hls: typeof Hls;
    hlsModule: typeof hlsModule;
    SecureTokenHls: typeof plugin;
    lab: {
      /** A player, watched from its first event on. */
      create(config: Partial<HlsConfig>): Hls;
      watch(hls: Hls): LabWatch;
      /**
       * Plays `url` up to `seconds`; resolves to what was seen. Rejects after a fatal error, or `limit` seconds
       * without.
       */
      play(hls: Hls, url: string, seconds: number, limit?: number): Promise<LabWatch>;
      until(condition: () => unknown, limit?: number): Promise<void>;
    };
  }
}

/** Runs inside the page before any script of it, so nothing from outside of this function exists. */
export function installLabPage(): void {
  const watches = new WeakMap<Hls, LabWatch>();
  const MARK = /TOKEN\d+x/;

  /** Returns what an object of the browser tells of its request, past plain properties. */
  const toldBy = (value: object): string => {
    if (value instanceof XMLHttpRequest) return `${value.responseURL} ${value.getAllResponseHeaders()}`;
    if (value instanceof Response) return `${value.url} ${[...value.headers].join()}`;
    if (value instanceof Request) return `${value.url} ${value.referrer} ${[...value.headers].join()}`;
    return '';
  };

  /** Every string that can be reached from `value` by its properties, and by those of objects of the browser. */
  const search = (value: unknown, path: string, found: string[], seen = new Set<unknown>()): void => {
    if (typeof value === 'string') {
      if (MARK.test(value)) found.push(path);
      return;
    }
    if (
      typeof value !== 'object' ||
      value === null ||
      seen.has(value) ||
      value instanceof Node ||
      value instanceof ArrayBuffer ||
      ArrayBuffer.isView(value)
    )
      return;
    seen.add(value);
    if (value instanceof Error) search(value.message, `${path}.message`, found, seen);
    if (value instanceof Set) for (const item of value) search(item, `${path}.*`, found, seen);
    if (value instanceof Map)
      for (const [key, item] of value as Map<string, unknown>) search(item, `${path}.${key}`, found, seen);
    for (const key of Object.getOwnPropertyNames(value))
      search((value as Record<string, unknown>)[key], `${path}.${key}`, found, seen);
    search(toldBy(value), `${path}()`, found, seen);
  };

  const watch = (hls: Hls): LabWatch => {
    const known = watches.get(hls);
    if (known) return known;
    const seen: LabWatch = { errors: [], codes: [], leaks: [], events: [] };
    watches.set(hls, seen);
    const trigger = hls.trigger.bind(hls) as (...all: unknown[]) => boolean;
    hls.trigger = (event: string, data?: ErrorData) => {
      seen.events.push(event);
      search(data, event, seen.leaks);
      return trigger(event, data);
    };
    hls.on('hlsError' as unknown as Events.ERROR, (_, data) => {
      // of a busy machine, or hls.js has changed its mind
      if (/^(aborted|buffer(Stalled|Nudge|Seek))/.test(data.details) && !data.fatal) return;
      const what =
        data.details === window.Hls.ErrorDetails.INTERNAL_EXCEPTION ? String(data.error.stack) : data.response?.code;
      seen.errors.push([data.fatal && 'fatal', data.details, what].filter(Boolean).join(' '));
      seen.codes.push((data.error as { code?: string }).code ?? '');
    });
    return seen;
  };

  window.lab = {
    watch,
    create(config) {
      const hls = new window.Hls({ enableWorker: false, ...config });
      watch(hls);
      return hls;
    },
    until(condition, limit = 60) {
      return new Promise((resolve, reject) => {
        const end = performance.now() + limit * 1000;
        const poll = (): void => {
          if (condition()) resolve();
          else if (performance.now() > end) reject(new Error(`Not within ${limit} s: ${String(condition)}`));
          else setTimeout(poll, 20);
        };
        poll();
      });
    },
    async play(hls, url, seconds, limit = 60) {
      const video = hls.media ?? document.querySelector('video')!;
      const seen = watch(hls);
      const from = seen.errors.length;
      if (!hls.media) hls.attachMedia(video);
      hls.loadSource(url);
      void video.play().catch(() => undefined);
      const fatal = (): boolean => seen.errors.slice(from).some((error) => error.startsWith('fatal'));
      // of another asset: from its start
      await window.lab
        .until(() => fatal() || (video.readyState > 1 && video.currentTime >= seconds), limit)
        .catch((error: unknown) => {
          const { currentTime, readyState } = video;
          const told = `errors ${seen.errors.join()}, last ${seen.events.slice(-5).join()}`;
          throw new Error(`${String(error)}: at ${currentTime}, ready ${readyState}, ${told}`);
        });
      return { ...seen, leaks: [...new Set(seen.leaks)] };
    },
  };
}
