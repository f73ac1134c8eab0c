import { replaceMethod } from 'secure-token-media-element';
import type { Session } from './session.ts';
import { signXhr } from './signed-xhr.ts';
import type { RequestHook, RequestOptions, Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

/**
 * Signs the requests of Video.js. VHS makes its requests with `videojs.xhr`, when all hooks of the app have run:
 * `PlayerRequests` hands it an XMLHttpRequest that signs for the player. Most of what is requested without VHS (licences
 * of videojs-contrib-eme, text tracks that load when they are switched on) does not tell for which player: it is signed
 * by the last player that protects the URL.
 */
export class PlayerRequests {
  readonly #videojs: Videojs;
  readonly #sessions = new Set<Session>();
  /** The player whose VHS makes a request now. */
  #asking: Session | undefined;
  /** The player that adds a text track now, which may load at once. */
  #adding: Session | undefined;

  constructor(videojs: Videojs) {
    this.#videojs = videojs;
    const { xhr } = videojs;
    const sessions = this.#sessions;
    const { XMLHttpRequest: Native } = xhr;
    const sessionFor = (url: string): Session | undefined => {
      const adding = this.#adding;
      const found = [...sessions, ...(adding ? [adding] : [])]
        .reverse()
        // a source protects every URL until its player has got a media source
        .find(({ player, source }) => player.currentSrc() && source.protects(url));
      return adding && adding.source === found?.source ? adding : found;
    };
    const Signing = function (): XMLHttpRequest {
      const request = new Native();
      return sessions.size ? signXhr(request, sessionFor) : request;
    } as unknown as typeof Native;
    // for Video.js itself, which imports the function `xhr`, and does not read the property of `videojs`
    Object.assign(xhr, { XMLHttpRequest: Signing, XDomainRequest: Signing });
    const signing = (options: RequestOptions): RequestOptions => {
      const session = this.#asking;
      this.#asking = undefined;
      if (!session) return options;
      const { XMLHttpRequest: Present } = xhr;
      const request = new (Present === Signing ? Native : Present)();
      // `SignedXhr` starts the time-out when the request goes out with its token
      return { ...options, timeout: 0, xhr: signXhr(request, () => session, options.timeout) };
    };
    videojs.xhr = new Proxy(xhr, {
      apply: (target, self, [options, ...more]: [RequestOptions]) =>
        Reflect.apply(target, self, [signing(options), ...more]),
    });
  }

  /** Signs the requests of one player. Call the result to stop. */
  follow(session: Session): () => void {
    const { player } = session;
    const hook: RequestHook = (options) => {
      this.#asking = session;
      const all = this.#videojs.Vhs!.xhr._requestCallbackSet ?? [];
      // VHS leaves out the hooks for all players if a player has one of its own
      const isAlone = techOf(player)?.vhs?.xhr?._requestCallbackSet?.size === 1;
      return isAlone ? [...all].reduce((before, each) => each(before) ?? before, options) : options;
    };
    const install = (): void => {
      this.#asking = undefined;
      if (this.#sessions.has(session)) techOf(player)?.vhs?.xhr?.onRequest?.(hook);
    };
    const onReady = (): void => {
      if (techOf(player)) {
        install();
        return;
      }
      // If the player got its source when it was created, VHS is ready before the player has its tech (http-streaming
      // #1499). It makes its first request before any other code can run.
      this.#asking = session;
      queueMicrotask(install);
    };
    const add = player.addRemoteTextTrack.bind(player);
    const restore = replaceMethod(player, 'addRemoteTextTrack', (...args) => {
      this.#adding = session;
      try {
        return add(...args);
      } finally {
        this.#adding = undefined;
      }
    });
    this.#sessions.add(session);
    player.on('xhr-hooks-ready', onReady);
    install();
    return () => {
      restore();
      this.#sessions.delete(session);
      player.off('xhr-hooks-ready', onReady);
      techOf(player)?.vhs?.xhr?.offRequest?.(hook);
    };
  }
}
