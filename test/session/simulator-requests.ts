import { hls } from 'secure-token-core/playlists';
import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext } from 'hls.js';
import type { SignOptions } from '../../packages/core/src/index.ts';
import { replayOf } from '../../packages/core/src/adapter.ts';
import { createTokenLoader } from '../../packages/hlsjs/src/token-loader.ts';
import { newStats, policy, twice } from '../unit/hlsjs/loader-lab.ts';
import type { Edge } from './simulator-edge.ts';
import type { Subject } from './simulator-subject.ts';
import type { Wire } from './simulator-tokens.ts';
import type { World } from './simulator-world.ts';

/** The end of a request, as the player sees it. */
export type Outcome = 'done' | 'refused' | 'unanswered' | 'failed' | 'aborted';

/** Sends a request the way an adapter does. */
export type Send = (url: string, signal: AbortSignal) => Promise<Outcome>;

const REFUSALS = [401, 403, 410];
const outcomeOf = (status: number): Outcome => {
  if (status === 200) return 'done';
  if (status === 0) return 'unanswered';
  return REFUSALS.includes(status) ? 'refused' : 'failed';
};

const hasAborted = ({ aborted }: AbortSignal): boolean => aborted;

/** Sends as adapters use the core: `signNow`, or else wait for `sign`; `refused`, until it tells to show it. */
export function sendWithCore(subject: Subject, edge: Edge, world: World): Send {
  return async (url, signal) => {
    const { source } = subject;
    const how = (): SignOptions => ({ signal, patient: subject.waitsOut });
    const ready = source.signNow(url);
    const first = ready ? { value: ready } : await subject.wait(`sign ${url}`, source.sign(url, how()), signal);
    if ('error' in first) return hasAborted(signal) ? 'aborted' : 'failed';
    let signed = first.value;
    for (let sent = 1; ; sent++) {
      if (sent > 2) world.violate('replays', `${url} is sent for the ${sent}th time`);
      subject.checkSigned(signed, url);
      const { status, text } = await edge.serve(signed);
      // the player has aborted what was under way
      if (hasAborted(signal)) return 'aborted';
      if (status === 200 && text.startsWith('#EXTM3U')) {
        subject.noteListed(text);
        source.learn(url, hls(text));
      }
      if (!source.isRefusal(signed, status)) return outcomeOf(status);
      const refused = signed;
      const replay = await subject.wait(`refused ${url}`, replayOf(source, refused, status, how()), signal);
      if ('error' in replay) return hasAborted(signal) ? 'aborted' : 'failed';
      if (!replay.value) return outcomeOf(status);
      signed = replay.value;
    }
  };
}

/** Stands for an XMLHttpRequest: its prototype tells where the request went. */
class Details {
  readonly #url: string;
  constructor(url: string) {
    this.#url = url;
  }
  get responseURL(): string {
    return this.#url;
  }
}

/** Seconds after which the inner loader gives up. */
const TIMEOUT = 8;

type AskedContext = LoaderContext & { asked: string };

/** A loader like those of hls.js, whose network is the edge. */
function innerLoaderOf(subject: Subject, edge: Edge, world: World): HlsConfig['loader'] {
  class InnerLoader implements Loader<LoaderContext> {
    stats = newStats();
    context: LoaderContext | null = null;
    #callbacks: LoaderCallbacks<LoaderContext> | undefined;
    #stopTimer: () => void = () => undefined;

    constructor(readonly config: HlsConfig) {}

    load(context: LoaderContext, _: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.stats.loading.start = performance.now();
      this.context = context;
      this.#callbacks = callbacks;
      const { url, headers = {}, asked } = context as AskedContext;
      const xhr = { withCredentials: false };
      void this.config.xhrSetup?.(xhr as XMLHttpRequest, url, context);
      const wire: Wire = { url, headers, credentials: xhr.withCredentials };
      subject.checkSigned(wire, asked);
      const details = new Details(url) as never;
      this.#stopTimer = world.later(TIMEOUT, () => this.#end()?.onTimeout(this.stats, context, details));
      void edge.serve(wire).then(({ status, text }) => {
        const theirs = this.#end();
        subject.noteListed(text);
        if (status === 200) theirs?.onSuccess({ url, data: text, code: 200 }, this.stats, context, details);
        else theirs?.onError({ code: status, text: '' }, context, details, this.stats);
      });
    }

    /** Returns the callbacks once. */
    #end(): LoaderCallbacks<LoaderContext> | undefined {
      const callbacks = this.#callbacks;
      this.#callbacks = undefined;
      this.#stopTimer();
      return callbacks;
    }

    abort(): void {
      const { context } = this;
      this.#end()?.onAbort?.(this.stats, context!, null);
    }

    destroy(): void {
      this.#end();
      this.context = null;
    }
  }
  return InnerLoader;
}

/** Sends through the loader class of hls.js. */
export function sendWithHls(subject: Subject, edge: Edge, world: World): { send: Send; destroy: () => void } {
  const TokenLoader = createTokenLoader(innerLoaderOf(subject, edge, world), {
    sourceNow: () => subject.source,
    isPatient: () => subject.waitsOut,
    hasLeftWindow: () => false,
  });
  const rule = { ...twice, maxNumRetry: 2 };
  const config = { playlistLoadPolicy: { default: { errorRetry: rule } } } as HlsConfig;
  const open = new Set<() => void>();
  const load = (url: string, signal: AbortSignal): Promise<Outcome> =>
    new Promise((resolve) => {
      const loader = new TokenLoader(config);
      const isManifest = url.includes('m3u8');
      const type: unknown = url.includes('master') ? 'manifest' : 'level';
      const context = { url, asked: url, responseType: 'text', ...(isManifest && { type }) } as unknown as AskedContext;
      const end = (outcome: Outcome): void => {
        open.delete(destroy);
        loader.destroy();
        resolve(outcome);
      };
      const destroy = (): void => end('aborted');
      open.add(destroy);
      const tell = (how: string, ...said: unknown[]): void => {
        const details = said.map((it) => (it instanceof Details ? it.responseURL : it));
        subject.checkSecrets(`${how} of the loader for ${url}`, details);
      };
      signal.addEventListener('abort', () => {
        if (open.has(destroy)) loader.abort();
        end('aborted');
      });
      loader.load(context, isManifest ? policy(rule) : policy(), {
        onSuccess: (response, _, told, details) => {
          tell('onSuccess', response.url, told, details);
          if (response.url !== url) world.violate('unsign', `the loader answers ${url} as ${response.url}`);
          end('done');
        },
        onError: (error, told, details) => {
          tell('onError', error, told, details);
          end(details instanceof Details ? outcomeOf(error.code) : 'failed');
        },
        onTimeout: (_, told, details) => {
          tell('onTimeout', told, details);
          end('failed');
        },
        onAbort: (_, told) => tell('onAbort', told),
      });
    });
  return {
    send: async (url, signal) => {
      const settled = await subject.wait(`load ${url}`, load(url, signal), signal, true);
      return 'value' in settled ? settled.value : 'failed';
    },
    destroy: () => [...open].forEach((end) => end()),
  };
}
