import { afterEach, beforeEach, vi } from 'vitest';
import type { Token, TokenRequest, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { createSourceUser } from '../../../packages/core/src/adapter.ts';
import type {
  Load,
  LoadProgress,
  LoaderAnswer,
  LoaderRequest,
  LoaderResponse,
} from '../../../packages/dashjs/src/loader.ts';
import type { Session } from '../../../packages/dashjs/src/session.ts';
import { SignedLoad } from '../../../packages/dashjs/src/signed-load.ts';
import { ShownFailure } from '../../../packages/dashjs/src/shown-failure.ts';

export const CDN = 'https://cdn.test';
export const URL_OF_SEGMENT = `${CDN}/vod/s-1.m4s`;

/** A session of a player with a source of its own, whose endpoint answers as `getTokens` does. */
export function createSession(getTokens: (request: TokenRequest) => Promise<Token[]>, readyState = 4) {
  const source: TokenSource = createTokenSource({ getTokens, protect: CDN, random: () => 0, retry: { limit: 0 } });
  const errors: unknown[] = [];
  const playing = { asset: `${CDN}/vod/a.mpd` };
  const player = {
    trigger: (type: string, { error }: { error: unknown }) => type === 'error' && errors.push(error),
    isReady: () => true,
    getSource: () => playing.asset,
    getVideoElement: () => ({ readyState, played: { length: 0 } }),
    getSettings: () => ({ streaming: { retryAttempts: { MediaSegment: 3 } } }),
  };
  const session = { player, source, user: createSourceUser(source), failure: new ShownFailure(), loads: new Set() };
  return { source, errors, playing, session: session as unknown as Session };
}

/** Tokens `t1`, `t2`, …, each a minute long. */
export const numbered = (delayMs = 0) => {
  let number = 0;
  return async ({ urls }: TokenRequest): Promise<Token[]> => {
    if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs));
    number++;
    return urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: `t${number}` } }));
  };
};

/** A request of dash.js, with its handlers as HTTPLoader has them. */
export class DashRequest {
  readonly seen: string[] = [];
  readonly details: {
    type: string;
    retryAttempts: number;
    startDate: Date;
    firstByteDate: Date | null;
    endDate?: Date;
    traces: { s: Date; d: number }[];
  };
  readonly request: LoaderRequest;
  readonly response: LoaderResponse = { status: 0, resourceTiming: { startTime: performance.now() } };

  constructor(url: string, type = 'MediaSegment', retryAttempts = 0) {
    const startedAt = new Date();
    const traces: { s: Date; d: number }[] = [];
    let lastTrace = startedAt;
    this.details = { type, retryAttempts, startDate: new Date(0), firstByteDate: null, traces: [] };
    const end = (how: string): void => {
      Object.assign(this.details, {
        startDate: startedAt,
        endDate: new Date(),
        firstByteDate: this.details.firstByteDate ?? startedAt,
      });
      this.seen.push(how);
    };
    const onprogress = ({ time, noTrace }: LoadProgress): void => {
      const now = new Date();
      this.details.firstByteDate ??= now;
      if (!noTrace) {
        traces.push({ s: lastTrace, d: time ?? now.getTime() - lastTrace.getTime() });
        this.details.traces = traces;
        lastTrace = now;
      }
      this.seen.push('progress');
    };
    this.request = {
      url,
      headers: { range: 'bytes=0-9' },
      credentials: 'omit',
      customData: { request: this.details, onprogress, onloadend: () => end('end'), onabort: () => end('abort') },
    };
  }
}

/** The loader of dash.js: what it was given to send, and its answers. */
export class FakeLoader {
  readonly sent: { request: LoaderRequest; answer: LoaderAnswer }[] = [];
  readonly load: Load = (request, answer) => {
    request.customData.abort = () => request.customData.onabort?.();
    this.sent.push({ request, answer });
  };

  get last(): LoaderRequest {
    return this.sent.at(-1)!.request;
  }

  progress(event: LoadProgress = {}): void {
    this.last.customData.onprogress?.(event);
  }

  end(status: number, more: Partial<LoaderAnswer> = {}): void {
    const { request, answer } = this.sent.at(-1)!;
    Object.assign(answer, { status, url: request.url, ...more });
    request.customData.onloadend?.();
  }
}

/** A request of dash.js that is to be signed, on its way. */
export const startLoad = (
  getTokens = numbered(),
  { type = 'MediaSegment', retryAttempts = 0, readyState = 4, headers = {} } = {},
) => {
  const lab = createSession(getTokens, readyState);
  const loader = new FakeLoader();
  const dash = new DashRequest(URL_OF_SEGMENT, type, retryAttempts);
  const loadAnew = vi.fn();
  Object.assign(dash.request.headers!, headers);
  new SignedLoad(dash.request, dash.response, lab.session, loader.load, loadAnew).start();
  return { ...lab, loader, dash, loadAnew };
};

export const settle = async (ms = 0): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
};

export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}
