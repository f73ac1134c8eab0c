/** One error event of hls.js. */
export interface RecordedError {
  readonly type: string;
  readonly details: string;
  readonly fatal: boolean;
  /** HTTP status; 0 where the page could not see one. */
  readonly code: number | undefined;
  readonly url: string | undefined;
  readonly text: string;
  /** Seconds of media. */
  readonly at: number;
}

/** A time in which the media should have moved and did not. */
export interface RecordedStall {
  readonly at: number;
  readonly seconds: number;
  /** Seconds of the stall in which no request was under way: the player waited for nobody else. */
  readonly idle: number;
  /** The least that was buffered ahead: with plenty of it the machine was too slow, not the network. */
  readonly ahead: number;
}

/** The stalls for want of media. */
export const starvedOf = (stalls: readonly RecordedStall[]): RecordedStall[] =>
  stalls.filter(({ ahead }) => ahead < 0.5);

export interface RecordedTokenEvent {
  readonly type: string;
  readonly reason?: string;
  readonly status?: number;
  readonly code?: string;
  readonly urls?: readonly string[];
  readonly wait?: number;
}

/** Everything that a page has seen since it was loaded. */
export interface Recording {
  readonly errors: RecordedError[];
  readonly stalls: RecordedStall[];
  readonly tokens: RecordedTokenEvent[];
  readonly rejections: string[];
  /**
   * Media that hls.js has loaded, as `type level number`: `main 0 3`, `main 0 initSegment`, `audio 0 5`, `main 0 7.2`
   * (a part).
   */
  readonly loaded: string[];
  /** The levels it has switched to. */
  readonly levels: number[];
  /** Places in scripts of the page that have set timers which are still due, and listeners on window and document. */
  readonly timers: Map<number, string>;
  readonly listeners: Map<object, string>;
  /** Starts to look for stalls, from the first picture on. */
  watch(media: HTMLMediaElement): void;
}

declare global {
  interface Window {
    recording: Recording;
  }
}

/**
 * Starts the recording. Runs inside the page, before its scripts: nothing from outside of this function exists there.
 */
export function installRecording(): void {
  const { setTimeout, setInterval, clearTimeout } = window;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const timers = new Map<number, string>();
  const listeners = new Map<object, string>();
  /**
   * Remembers where `entry` was made, if by a script of the page: the browser's driver has timers and listeners, too.
   */
  const note = <K>(entries: Map<K, string>, entry: K, what: string): void => {
    const stack = new Error().stack!.split('\n').slice(3, 7).join(' < ');
    if (stack.includes(location.origin)) entries.set(entry, `${what} ${stack}`);
  };

  window.setTimeout = ((work: (...all: unknown[]) => void, ms?: number, ...rest: unknown[]) => {
    const id = setTimeout(() => {
      timers.delete(id);
      work(...rest);
    }, ms);
    note(timers, id, `${ms} ms`);
    return id;
  }) as typeof setTimeout;
  window.setInterval = ((work: () => void, ms?: number, ...rest: unknown[]) => {
    const id = setInterval(work, ms, ...rest);
    note(timers, id, `every ${ms} ms`);
    return id;
  }) as typeof setInterval;
  window.clearTimeout = window.clearInterval = ((id?: number) => {
    timers.delete(id!);
    clearTimeout(id);
  }) as typeof clearTimeout;

  // keyed by target, type and listener, which is what the platform goes by
  const ids = new WeakMap<object, Map<string, object>>();
  const idOf = (target: EventTarget, type: string, listener: object): object => {
    const known = ids.get(listener) ?? new Map<string, object>();
    ids.set(listener, known);
    const name = `${target === document ? 'document' : 'window'} ${type}`;
    const id = known.get(name) ?? {};
    known.set(name, id);
    return id;
  };
  EventTarget.prototype.addEventListener = function (
    this: EventTarget | undefined,
    type: string,
    listener: EventListener | null,
    options?: AddEventListenerOptions | boolean,
  ) {
    const target = this ?? window;
    if (listener && (target === window || target === document)) {
      const id = idOf(target, type, listener);
      note(listeners, id, type);
      if (typeof options === 'object') {
        const forget = (): unknown => listeners.delete(id);
        if (options.once) addEventListener.call(target, type, forget, { once: true });
        if (options.signal) addEventListener.call(options.signal, 'abort', forget);
      }
    }
    addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (
    this: EventTarget | undefined,
    type: string,
    listener: EventListener | null,
    options?: EventListenerOptions | boolean,
  ) {
    const target = this ?? window;
    if (listener && (target === window || target === document)) listeners.delete(idOf(target, type, listener));
    removeEventListener.call(target, type, listener, options);
  };

  let underWay = 0;
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (this: XMLHttpRequest, body) {
    underWay++;
    this.addEventListener('loadend', () => underWay--, { once: true });
    send.call(this, body);
  };
  const { fetch } = window;
  window.fetch = async (...request) => {
    underWay++;
    return fetch(...request).finally(() => underWay--);
  };

  const stalls: RecordedStall[] = [];
  const watch = (media: HTMLMediaElement): void => {
    const bufferedAhead = (): number => {
      const { buffered, currentTime } = media;
      for (let index = 0; index < buffered.length; index++) {
        if (buffered.start(index) <= currentTime + 0.1 && buffered.end(index) > currentTime)
          return buffered.end(index) - currentTime;
      }
      return 0;
    };
    let started = false;
    let last = { now: performance.now(), at: media.currentTime };
    let stall: { at: number; seconds: number; idle: number; ahead: number } | undefined;
    setInterval(() => {
      const now = performance.now();
      const { currentTime: at, playbackRate, paused, ended, seeking } = media;
      const passed = (now - last.now) / 1000;
      // this timer may be late itself: what counts is the time the media did not use
      const lost = passed - (at - last.at) / playbackRate;
      const idle = paused || ended || seeking;
      started ||= !idle && at > last.at;
      if (started && !idle && lost > passed / 2) {
        stall ??= { at: last.at, seconds: 0, idle: 0, ahead: Infinity };
        stall.seconds += lost;
        if (!underWay) stall.idle += lost;
        stall.ahead = Math.min(stall.ahead, bufferedAhead());
        if (stall.seconds > 0.25 && !stalls.includes(stall)) stalls.push(stall);
      } else stall = undefined;
      last = { now, at };
    }, 100);
  };

  const rejections: string[] = [];
  addEventListener.call(window, 'unhandledrejection', ((event: PromiseRejectionEvent) =>
    rejections.push(String(event.reason))) as unknown as EventListener);
  window.recording = { errors: [], stalls, tokens: [], rejections, loaded: [], levels: [], timers, listeners, watch };
}
