import { vi } from 'vitest';
import type { AdapterSource } from 'secure-token-core/adapter';
import { registerSecureToken } from '../../../packages/videojs/src/index.ts';
import type { RequestHook, RequestOptions } from '../../../packages/videojs/src/vhs.ts';
import { FakeXhr } from './fake-xhr.ts';

type Listener = (event: { type: string; detail?: unknown }) => void;

/** A player of Video.js as far as the plugin knows it, with events as its own: `off()` removes all listeners. */
export class FakePlayer {
  src = '';
  isOver = false;
  hook: RequestHook | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #videojs: FakeVideojs;

  constructor(videojs: FakeVideojs) {
    this.#videojs = videojs;
  }

  on(types: string | string[], listener: Listener): void {
    for (const type of [types].flat())
      this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }
  off(types?: string | string[], listener?: Listener): void {
    if (!types) this.#listeners.clear();
    for (const type of [types ?? []].flat()) this.#listeners.get(type)?.delete(listener!);
  }
  trigger(event: string | { type: string }): void {
    const told = typeof event === 'string' ? { type: event } : event;
    for (const listener of [...(this.#listeners.get(told.type) ?? [])]) listener(told);
  }
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  readonly currentSrc = (): string => this.src;
  readonly readyState = (): number => 4;
  readonly bufferedEnd = (): number => 0;
  readonly currentTime = (): number => 0;
  readonly error = (): null => null;
  readonly remoteTextTracks = (): object => ({ on: () => undefined, off: () => undefined });
  readonly remoteTextTrackEls = (): [] => [];
  readonly $$ = (): [] => [];
  readonly currentSource = (): object => ({});
  readonly currentSources = (): [] => [];
  readonly isDisposed = (): boolean => this.isOver;
  readonly tech = (): object => ({
    vhs: {
      xhr: {
        onRequest: (hook: RequestHook) => {
          this.hook = hook;
        },
        offRequest: () => {
          this.hook = undefined;
        },
      },
    },
  });

  /** Video.js loads a text track by itself, at once. */
  addRemoteTextTrack({ src }: { src: string }): FakeXhr {
    return new this.#videojs.xhr.XMLHttpRequest().request(src);
  }

  dispose(): void {
    this.trigger('dispose');
    this.isOver = true;
    this.off();
  }

  /** VHS requests `url` for this player. */
  request(url: string): FakeXhr {
    this.hook!({});
    return this.#videojs.xhr({ uri: url });
  }

  /** Calls `player.secureToken()`. */
  secureToken(options: unknown): AdapterSource {
    return new this.#videojs.SecureToken(this, options as never).source as AdapterSource;
  }
}

/** The parent class of plugins. */
class Plugin {
  player: FakePlayer | null;
  constructor(player: FakePlayer) {
    this.player = player;
    this.dispose = this.dispose.bind(this);
    player.on('dispose', this.dispose);
  }
  dispose(): void {
    this.player!.off('dispose', this.dispose);
    this.player = null;
  }
}

type Xhr = ((options: RequestOptions & { readonly uri: string }) => FakeXhr) & {
  XMLHttpRequest: new () => FakeXhr;
};

/** `videojs`, with the plugin. Its requests are those of `Request`. */
export class FakeVideojs {
  readonly Vhs = { xhr: {} };
  readonly SecureToken: ReturnType<typeof registerSecureToken>;
  xhr: Xhr;

  constructor(Request: new () => FakeXhr = FakeXhr) {
    const send = ({ xhr, uri }: RequestOptions & { readonly uri: string }): FakeXhr =>
      (xhr as unknown as FakeXhr).request(uri);
    this.xhr = Object.assign(send, { XMLHttpRequest: Request, XDomainRequest: Request });
    // the build inserts it
    vi.stubGlobal('PACKAGE_VERSION', '0.0.0');
    this.SecureToken = registerSecureToken(this);
  }

  getPlugin = (name: string): typeof Plugin | undefined => (name === 'plugin' ? Plugin : undefined);
  registerPlugin = (): void => undefined;
  use = (): void => undefined;
  hook = (): void => undefined;
}
