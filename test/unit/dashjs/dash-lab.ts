import { afterEach, beforeEach, vi } from 'vitest';
import type { AdapterSource } from '../../../packages/core/src/adapter.ts';
import { PlayerEvents } from '../../../packages/core/src/adapter.ts';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import type {
  Load,
  LoadProgress,
  LoaderAnswer,
  LoaderRequest,
  LoaderResponse,
} from '../../../packages/dashjs/src/loader.ts';
import type { Session } from '../../../packages/dashjs/src/session.ts';
import type { LicenseRequest } from '../../../packages/dashjs/src/sign-licenses.ts';
import { SignedLoad } from '../../../packages/dashjs/src/signed-load.ts';

export const CDN = 'https://cdn.test';
export const SEGMENT = `${CDN}/vod/s-1.m4s`;

type GetTokens = (request: TokenRequest) => Promise<Token[]>;

/** A source whose endpoint answers as `getTokens` does. */
export const createSource = (getTokens: GetTokens): AdapterSource =>
  createTokenSource({ getTokens, protect: CDN, random: () => 0, retry: { limit: 0 } }) as AdapterSource;

/** Answers with tokens `t1`, `t2`, …, each a minute long. */
export const numbered = (delayMs = 0): GetTokens => {
  let number = 0;
  return async ({ urls }) => {
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
    traces: { s: Date; d: number }[];
  } = { type: 'MediaSegment', retryAttempts: 0, startDate: new Date(0), firstByteDate: null, traces: [] };
  readonly request: LoaderRequest;
  readonly response: LoaderResponse = { status: 0, resourceTiming: { startTime: performance.now() } };

  constructor() {
    const startedAt = new Date();
    let lastTrace = startedAt;
    const { details, seen } = this;
    const onloadend = (): void => {
      details.startDate = startedAt;
      details.firstByteDate ??= startedAt;
      seen.push('end');
    };
    const onprogress = ({ time, noTrace }: LoadProgress): void => {
      const now = new Date();
      details.firstByteDate ??= now;
      if (!noTrace) details.traces.push({ s: lastTrace, d: time ?? now.getTime() - lastTrace.getTime() });
      if (!noTrace) lastTrace = now;
      seen.push('progress');
    };
    this.request = {
      url: SEGMENT,
      headers: { range: 'bytes=0-9' },
      credentials: 'omit',
      customData: { request: details, onprogress, onloadend, onabort: () => seen.push('abort') },
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

type Filter = (request: LicenseRequest) => Promise<void> | undefined;
type Loading = (this: { parent: FakeLoader }) => Pick<FakeLoader, 'load'>;

/** A player of dash.js before it has a source, as far as the plugin looks at it then. */
export class FakePlayer {
  readonly heard: [string, object][] = [];
  readonly filters: Filter[] = [];
  readonly loader = new FakeLoader();
  load = this.loader.load;
  on = (): void => undefined;
  off = (): void => undefined;
  isReady = (): boolean => false;
  getSource = (): null => null;
  reset = (): void => undefined;
  destroy = (): void => undefined;
  extend = (name: string, loading: Loading): void => {
    if (name === 'XHRLoader') this.load = loading.call({ parent: this.loader }).load;
  };
  trigger = (type: string, event: object): void => {
    this.heard.push([type, event]);
  };
  registerLicenseRequestFilter = (filter: Filter): void => {
    this.filters.push(filter);
  };
  unregisterLicenseRequestFilter = (filter: Filter): void => {
    this.filters.splice(this.filters.indexOf(filter), 1);
  };

  /** Returns a licence request as it goes out. */
  async license(headers: Record<string, string> = {}): Promise<LicenseRequest> {
    const request: LicenseRequest = { url: `${CDN}/license`, headers };
    for (const filter of this.filters) await filter(request);
    return request;
  }
}

/** A request of dash.js that is to be signed, on its way. */
export const startLoad = (getTokens = numbered(), load?: Load) => {
  const source = createSource(getTokens);
  const events = new PlayerEvents(source, () => undefined);
  const session: Session = { player: {} as never, source, events, loads: new Set() };
  const loader = new FakeLoader();
  const dash = new DashRequest();
  void new SignedLoad(dash.request, dash.response, session, load ?? loader.load).run();
  return { source, session, loader, dash };
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
