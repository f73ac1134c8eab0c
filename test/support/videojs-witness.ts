import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import type VideoJsPlayer from 'video.js/dist/types/player';
import { launchChromium } from './chromium.mjs';
import { Lab } from './hls-lab.ts';
import type { Testimony } from './witness-page.ts';
import { installWitness } from './witness-page.ts';
import type { Kind } from './witness.ts';
import { Witness } from './witness.ts';

const root = new URL('../..', import.meta.url).pathname;

/** VHS takes the options that it gave where a hook returns nothing. */
type Hook = (options: Record<string, unknown>) => unknown;

declare global {
  interface Window {
    player: VideoJsPlayer;
    /** Runs when VHS is there, before its first request of the player's own hooks. */
    onHooksReady: (xhr: { onRequest(hook: Hook): void }) => void;
    everyRequest: Hook;
  }
}

export interface VideojsTestimony extends Testimony {
  readonly served: readonly string[];
  readonly state: { readonly currentSource: { keySystems?: unknown }; readonly stats: unknown };
}

export interface VideojsOptions {
  readonly path: string;
  /** Of the source, besides its URL. */
  readonly source?: Record<string, unknown>;
  /** Hooks of the app, which stand alone. */
  readonly onHooksReady?: Window['onHooksReady'];
  readonly everyRequest?: Hook;
}

/** A page in which one Video.js player after the other goes through a script. */
export class VideojsWitness extends Witness {
  static async open(kind: Kind): Promise<VideojsWitness> {
    // from the sources, so that no stale build is tested
    const { outputFiles } = await build({
      entryPoints: [`${root}packages/videojs/src/index.ts`],
      bundle: true, write: false, format: 'iife', target: 'es2022',
      alias: { 'secure-token-core': `${root}packages/core/src/index.ts` },
    });
    const browser: Browser = await launchChromium();
    const lab = new Lab(outputFiles[0]!.text);
    lab.origin = await lab.listen('here');
    const page = await browser.newPage();
    await page.clock.install();
    await page.addInitScript(installWitness);
    lab.page = page;
    lab.routes = {
      '/videojs.html': () => ({
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><link rel=icon href=data:,><script src=/video.js></script><script src=/plugin.js></script>',
      }),
      '/video.js': async () => readFile(`${root}node_modules/video.js/dist/video.js`),
    };
    await page.goto(`${lab.origin}/videojs.html`);
    await page.waitForFunction(() => 'videojs' in window);
    await page.evaluate(listen);
    await page.clock.pauseAt(Date.now() + 60_000);
    page.once('close', () => void browser.close());
    return new VideojsWitness(lab, kind);
  }

  /** What a new player tells of a script. It does not play by itself, and buffers five seconds. */
  async observe(script: (witness: VideojsWitness) => Promise<void>, options: VideojsOptions): Promise<VideojsTestimony> {
    const { lab } = this;
    const tokens = this.reset({});
    const { path, source = {}, onHooksReady = () => undefined, everyRequest = (given) => given } = options;
    await lab.page.evaluate(`window.onHooksReady = ${onHooksReady.toString()}; window.everyRequest = ${everyRequest.toString()};`);
    try {
      const begin = (): Promise<void> => lab.page.evaluate(createPlayer, { tokens, source: { src: path, type: 'application/x-mpegURL', ...source } } as never);
      this.begin = begin;
      await script(this);
      await this.release();
      return { ...((await lab.page.evaluate(takeTestimony)) as Omit<VideojsTestimony, 'served'>), served: this.served };
    } finally {
      await this.release();
      await this.run(() => window.player.isDisposed() || window.player.dispose());
    }
  }

  /** Makes the player, with its source; the script does so when it has told the server what to do. */
  begin!: () => Promise<void>;

  outwait(path: string, type: string): Promise<void> {
    return this.outwaitUntil(path, type);
  }
}

/** Runs inside the page: hears what the parts of VHS tell each other. */
function listen(): void {
  // of the clock of the media, or of the speed of the machine
  const UNTOLD = /^(bandwidthupdate|progress|timeupdate|trackinfo|timingupdate|appending|appendsdone|ready|change|fmp4|sourceopen|.*rangeschanged|appended|pendingtimelinechange|playbackrate.*|syncinfoupdate)$/;
  const { videojs, witness } = window;
  const { trigger } = videojs.EventTarget.prototype as { trigger: (this: object, event: string | { type: string }) => void };
  Object.assign(videojs.EventTarget.prototype, {
    trigger(this: { constructor: { name: string }; loaderType_?: string; audioDisabled_?: boolean }, event: string | { type: string }) {
      const { type, ...rest } = typeof event === 'string' ? { type: event } : event;
      const { name } = this.constructor;
      if (/Loader|Controller/.test(name) && !UNTOLD.test(type)) {
        // keys are loaded beside their segments
        witness.tell(`${name} ${this.loaderType_ ?? ''} ${type.includes('key') ? 'key' : ''}`, type, rest);
      }
      trigger.call(this, event);
    },
  });
  // the workers of VHS that repack and decrypt
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
    const { action, encrypted } = args[0] as { action?: string; encrypted?: unknown };
    if (action === 'flush' || encrypted) {
      const mark = { what: 'worker' };
      witness.underWay.add(mark);
      const end = ({ data }: MessageEvent<{ action?: string; type?: string }>): void => {
        if (!encrypted && data.action !== 'done' && data.type !== 'done') return;
        witness.underWay.delete(mark);
        this.removeEventListener('message', end);
      };
      this.addEventListener('message', end);
    }
    Reflect.apply(postMessage, this, args);
  };
  const { Vhs } = videojs as unknown as { Vhs: { xhr: { onRequest(hook: Hook): void } } };
  Object.assign(Vhs, { GOAL_BUFFER_LENGTH: 5, MAX_GOAL_BUFFER_LENGTH: 5 });
  Vhs.xhr.onRequest((options) => window.everyRequest(options));
  videojs.log.level('off');
}

/** Runs inside the page. */
function createPlayer({ tokens, source }: { tokens: object[] | undefined; source: { src: string; type: string } }): void {
  const { videojs, witness } = window;
  witness.reset();
  for (const each of document.querySelectorAll('video')) each.remove();
  const element = document.body.appendChild(Object.assign(document.createElement('video'), { muted: true, width: 320, className: 'video-js' }));
  const player = videojs(element, {
    preload: 'auto',
    // measured speed is of one run alone
    html5: { vhs: { useNetworkInformationApi: false, limitRenditionByPlayerDimensions: false, bandwidth: 1e7 } },
  });
  window.player = player;
  player.on('xhr-hooks-ready', () => {
    const { vhs } = player.tech(true) as unknown as { vhs: { xhr: { onRequest(hook: Hook): void } } };
    window.onHooksReady(vhs.xhr);
  });
  if (tokens) player.secureToken({ endpoint: '/token', tokens } as never);
  for (const type of ['error', 'loadstart', 'ended', 'sourceset', 'xhr-hooks-ready', 'dispose']) {
    player.on(type, () => witness.tell('player', type, { error: player.error() as unknown }));
  }
  player.src(source);
  player.ready(() => {
    const tech = player.tech(true) as unknown as { on(types: string[], listener: (event: { type: string }) => void): void };
    tech.on(['retryplaylist', 'excludeplaylist'], ({ type }) => witness.tell('tech', type, {}));
  });
}

/** Runs inside the page. */
function takeTestimony(): unknown {
  const { player, witness } = window;
  const { events, requests } = witness;
  if (player.isDisposed()) return { events, requests, state: 'disposed' };
  interface Vhs { stats: Record<string, unknown>; playlists: { media(): { id: string } | undefined } }
  const { vhs } = player.tech(true) as unknown as { vhs?: Vhs };
  const { buffered, ended, error, currentTime, duration } = document.querySelector('video')!;
  const ranges = Array.from({ length: buffered.length }, (_, index) => [buffered.start(index), buffered.end(index)]);
  const counted = Object.entries(vhs?.stats ?? {}).filter(([name]) => name.startsWith('media'))
    .filter(([name]) => !/Duration|Appends/.test(name));
  const state = {
    currentSource: player.currentSource(), src: player.currentSrc(), stats: Object.fromEntries(counted), media: vhs?.playlists.media()?.id,
    ranges, ended, error: error?.message, playerError: player.error()?.message ?? null, currentTime, duration,
  };
  return { events, requests, state: witness.digest(state, 6) };
}
