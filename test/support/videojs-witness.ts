import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import type { Token } from '../../packages/core/src/index.ts';
import type VideoJsPlayer from 'video.js/dist/types/player';
import { openChromium } from './chromium.mjs';
import { Lab } from './hls-lab.ts';
import type { Testimony } from './witness-page.ts';
import { installWitness } from './witness-page.ts';
import type { Kind } from './witness.ts';
import { Witness } from './witness.ts';

import { alias, define, root } from './sources.ts';

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
  /** Members of the source, besides its URL. */
  readonly source?: Record<string, unknown>;
  /** Hooks of the app, which stand alone. */
  readonly onHooksReady?: Window['onHooksReady'];
  readonly everyRequest?: Hook;
}

type Script = (witness: VideojsWitness) => Promise<void>;

interface NewPlayer {
  readonly tokens: Token[] | undefined;
  readonly source: { readonly src: string; readonly type: string };
}

/** A page in which one Video.js player after the other goes through a script. */
export class VideojsWitness extends Witness {
  #player: NewPlayer | undefined;

  static async open(kind: Kind): Promise<VideojsWitness> {
    // from the sources, so that no stale build is tested
    const { outputFiles } = await build({
      entryPoints: [`${root}packages/videojs/src/index.ts`],
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      alias,
      define: { ...define, PACKAGE_VERSION: '"of the sources"' },
    });
    const browser = await openChromium();
    const lab = new Lab(outputFiles[0]!.text);
    lab.origin = await lab.listen('here');
    const page = await browser.newPage();
    await page.clock.install();
    await page.addInitScript(installWitness);
    lab.page = page;
    lab.routes = {
      '/videojs.html': () => ({
        headers: { 'content-type': 'text/html' },
        body: `<!doctype html><link rel=icon href=data:,>
          <script src=/video.js></script><script src=/plugin.js></script>`,
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

  /**
   * Runs a script, and returns what the page tells of a new player. The player does not play by itself, and buffers
   * five seconds.
   */
  async observe(script: Script, options: VideojsOptions): Promise<VideojsTestimony> {
    const { lab } = this;
    const tokens = this.reset({});
    const { path, source = {}, onHooksReady = () => undefined, everyRequest = (given) => given } = options;
    await lab.page.evaluate(`window.onHooksReady = ${onHooksReady.toString()}`);
    await lab.page.evaluate(`window.everyRequest = ${everyRequest.toString()}`);
    this.#player = { tokens, source: { src: path, type: 'application/x-mpegURL', ...source } };
    try {
      await script(this);
      await this.release();
      return { ...((await lab.page.evaluate(takeTestimony)) as Omit<VideojsTestimony, 'served'>), served: this.served };
    } finally {
      await this.release();
      await this.run(() => window.player.isDisposed() || window.player.dispose());
    }
  }

  /** Makes the player, with its source; the script does so when it has told the server what to do. */
  begin(): Promise<void> {
    return this.lab.page.evaluate(createPlayer, this.#player!);
  }

  outwait(path: string, type: string): Promise<void> {
    return this.outwaitUntil(path, type);
  }
}

/** Runs inside the page: hears what the parts of VHS tell each other. */
function listen(): void {
  // of the clock of the media, or of the speed of the machine
  const UNTOLD = new Set([
    'bandwidthupdate',
    'progress',
    'timeupdate',
    'trackinfo',
    'timingupdate',
    'appending',
    'appended',
    'appendsdone',
    'fmp4',
    'sourceopen',
    'bufferedrangeschanged',
    'seekablerangeschanged',
    'pendingtimelinechange',
    'syncinfoupdate',
  ]);
  const { videojs, witness } = window;
  type Told = string | { type: string };
  const { trigger } = videojs.EventTarget.prototype as { trigger: (this: object, event: Told) => void };
  Object.assign(videojs.EventTarget.prototype, {
    trigger(this: { constructor: { name: string }; loaderType_?: string }, event: Told) {
      const { type, ...rest } = typeof event === 'string' ? { type: event } : event;
      const { name } = this.constructor;
      if (/Loader|Controller/.test(name) && !UNTOLD.has(type)) {
        // keys are loaded beside their segments
        witness.tell(`${name} ${this.loaderType_ ?? ''} ${type.includes('key') ? 'key' : ''}`, type, rest);
      }
      trigger.call(this, event);
    },
  });
  // the workers of VHS that repack and decrypt, by what ends their work; what is asked first is what a segment holds
  const ANSWERS: Readonly<Record<string, string>> = {
    flush: 'done',
    endTimeline: 'endedtimeline',
    pushMp4Captions: 'mp4Captions',
  };
  const answerTo = (action = ''): string | undefined =>
    action.startsWith('probe') || action.startsWith('get') ? action : ANSWERS[action];
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
    const { action, encrypted } = args[0] as { action?: string; encrypted?: unknown };
    const answer = answerTo(action);
    if (answer !== undefined || encrypted) {
      const mark = { what: 'worker' };
      witness.underWay.add(mark);
      const end = ({ data }: MessageEvent<{ action?: string; type?: string }>): void => {
        if (!encrypted && data.action !== answer && data.type !== answer) return;
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
function createPlayer({ tokens, source }: NewPlayer): void {
  const { videojs, witness } = window;
  witness.reset();
  for (const each of document.querySelectorAll('video')) each.remove();
  const element = document.body.appendChild(document.createElement('video'));
  Object.assign(element, { muted: true, className: 'video-js' });
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
  if (tokens) player.secureToken({ endpoint: '/token', tokens });
  for (const type of ['error', 'loadstart', 'ended', 'sourceset', 'xhr-hooks-ready', 'dispose']) {
    player.on(type, () => witness.tell('player', type, { error: player.error() as unknown }));
  }
  player.src(source);
  player.ready(() => {
    const tech = player.tech(true) as unknown as { on(type: string, listener: () => void): void };
    for (const type of ['retryplaylist', 'excludeplaylist']) tech.on(type, () => witness.tell('tech', type, {}));
  });
}

/** Runs inside the page. */
function takeTestimony(): unknown {
  const { player, witness } = window;
  const { events, requests } = witness;
  if (player.isDisposed()) return { events, requests, state: 'disposed' };
  interface Vhs {
    stats: Record<string, unknown>;
    playlists: { media(): { id: string } | undefined };
  }
  const { vhs } = player.tech(true) as unknown as { vhs?: Vhs };
  const { buffered, ended, error, currentTime, duration } = document.querySelector('video')!;
  const ranges = Array.from({ length: buffered.length }, (_, index) => [buffered.start(index), buffered.end(index)]);
  const counted = Object.entries(vhs?.stats ?? {})
    .filter(([name]) => name.startsWith('media'))
    .filter(([name]) => !/Duration|Appends/.test(name));
  const state = {
    currentSource: player.currentSource(),
    src: player.currentSrc(),
    error: player.error()?.message ?? null,
    stats: Object.fromEntries(counted),
    playlist: vhs?.playlists.media()?.id,
    element: { ranges, ended, error: error?.message, currentTime, duration },
  };
  return { events, requests, state: witness.digest(state, 6) };
}
