/** One event of a token source. */
export interface TokenNews {
  readonly type: string;
  readonly reason?: string;
  readonly status?: number;
  /** Code of the error. */
  readonly code?: string;
}

/** What has happened in a page since it was loaded. */
export interface Noted {
  /** What the player tells an app: the code of our error, or the player's own name for its error. */
  readonly failures: string[];
  readonly tokens: TokenNews[];
  /** Places of tokens in what was handed to `spy`. */
  readonly leaks: string[];
  /** Exceptions that nobody caught. */
  readonly uncaught: string[];
  /** Error events of the element that reach the page, and all of them with those that `secureVideo` hides. */
  errors: number;
  readonly mediaErrors: string[];
  readonly swaps: { reason: string; gap: number }[];
  /** Types of all events that `follow` has heard. */
  readonly types: string[];
  /** Whether a player says that it has come to the end. */
  hasEnded: boolean;
}

/** The state of the element, and what has happened. */
export interface Seen extends Noted {
  readonly currentTime: number;
  readonly duration: number;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly readyState: number;
  /** Number of pieces that are buffered: one without a hole. */
  readonly pieces: number;
  readonly cues: number;
  /** Error of the element. */
  readonly error: string | null;
  readonly src: string;
}

/**
 * Puts into the page what the bodies of tests use: `video`, `seen`, and the functions below. Runs inside the page:
 * nothing from outside of this function exists there.
 */
export function installHelpers(): void {
  const page = window as unknown as { video: HTMLVideoElement };
  const video = document.querySelector('video')!;
  const seen: Noted = {
    failures: [],
    tokens: [],
    leaks: [],
    uncaught: [],
    errors: 0,
    mediaErrors: [],
    swaps: [],
    types: [],
    hasEnded: false,
  };
  addEventListener('unhandledrejection', ({ reason }) => seen.uncaught.push(String(reason)));
  addEventListener('error', ({ message }) => message && seen.uncaught.push(message));
  video.addEventListener('error', () => seen.errors++);
  const noteMediaError = (): void => {
    const { error, currentTime } = page.video;
    if (error) seen.mediaErrors.push(`${error.code} ${error.message} at ${currentTime}`);
  };
  addEventListener('error', noteMediaError, true);

  /** Notes the events of a token source, of a worker, or of what `secureVideo` returns. */
  const follow = <T extends EventTarget>(target: T): T => {
    const hear = (type: string, note: (event: never) => void): void =>
      target.addEventListener(type, (event) => {
        seen.types.push(type);
        note(event as never);
      });
    hear('swap', ({ reason, gap }: Noted['swaps'][number]) => seen.swaps.push({ reason, gap }));
    hear('error', ({ error }: { error: Error & { code?: string } }) =>
      seen.failures.push(error.name === 'SecureTokenError' ? error.code! : error.name),
    );
    hear('problem', ({ header }: { header: string }) => seen.types.push(header));
    for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied'])
      hear(type, (event: CustomEvent) => {
        const { reason, status, error } = event.detail ?? event;
        seen.tokens.push({ type, reason, status: status ?? error?.status, code: error?.code });
      });
    return target;
  };

  const TOKEN = /[?&"]st"?[=:]"?[\w-]{22}|\/path\/[\w-]{22}\//;
  /** What an object of the browser tells of its request, past plain properties. */
  const toldBy = (value: object): string => {
    if (value instanceof XMLHttpRequest) return value.responseURL;
    if (value instanceof Response) return value.url;
    if (value instanceof Request) return `${value.url} ${value.referrer}`;
    return value instanceof Error ? `${value.message} ${value.stack}` : '';
  };
  /** Notes where `value`, which the app gets, holds a token. */
  const spy = (name: string, value: unknown, depth = 7, known = new Set<unknown>()): void => {
    if (typeof value === 'string' && TOKEN.test(value)) seen.leaks.push(`${name}: ${value.slice(0, 200)}`);
    if (typeof value !== 'object' || !value || !depth || known.has(value)) return;
    if (value instanceof Node || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return;
    known.add(value);
    spy(name, toldBy(value), 1);
    for (const key of Object.getOwnPropertyNames(value))
      spy(`${name}.${key}`, (value as Record<string, unknown>)[key], depth - 1, known);
  };

  for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
    const write = console[level];
    console[level] = (...said) => {
      spy(`console.${level}`, said, 3);
      write.apply(console, said);
    };
  }

  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  /** Resolves to the ms that it took; after the limit it says what hangs. */
  const until = async (test: () => unknown, what = String(test), limit = 60_000): Promise<number> => {
    const start = performance.now();
    while (!test()) {
      if (performance.now() - start > limit) throw new Error(`never: ${what} ${JSON.stringify(look())}`);
      await sleep(10);
    }
    return performance.now() - start;
  };
  /**
   * After a seek WebKitGTK now and then stands still with everything there, tokens or not: a viewer presses pause,
   * play.
   */
  if (!/ (Chrome|Firefox)\//.test(navigator.userAgent)) {
    let last = -1;
    setInterval(() => {
      const { currentTime, readyState, paused, seeking } = page.video;
      if (currentTime === last && readyState === 4 && !paused && !seeking) {
        page.video.pause();
        page.video.play().catch(() => undefined);
      }
      last = currentTime;
    }, 5000);
  }
  /** Resolves when the picture has moved on by so many seconds. */
  const moves = (seconds: number): Promise<number> => {
    const goal = page.video.currentTime + seconds;
    return until(() => page.video.currentTime > goal, 'the picture moves on');
  };
  /** Plays; a change of source may interrupt the promise of play(). */
  const start = (): Promise<number> => {
    page.video.play().catch(() => undefined);
    return moves(0.01);
  };
  /** Resolves to the ms until the picture is there. */
  const seek = (time: number): Promise<number> => {
    page.video.currentTime = time;
    const isThere = (): boolean =>
      !page.video.seeking && page.video.readyState > 2 && page.video.currentTime > time - 0.2;
    return until(isThere, `seek to ${time}`);
  };
  const look = (): Seen => {
    const { currentTime, duration, paused, ended, readyState, buffered, textTracks, error, src } = page.video;
    return {
      ...seen,
      currentTime,
      duration,
      paused,
      readyState,
      src,
      ended: ended || seen.hasEnded,
      pieces: buffered.length,
      cues: [...textTracks].reduce((total, { cues }) => total + (cues?.length ?? 0), 0),
      error: error && `${error.code} ${error.message}`,
    };
  };
  Object.assign(window, { video, seen, follow, spy, sleep, until, start, moves, seek, look });
}
