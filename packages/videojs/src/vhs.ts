import type videojs from 'video.js';
import type Player from 'video.js/dist/types/player.js';

/** The options of `videojs.xhr`. */
export interface RequestOptions {
  /** The time-out in ms, from the call on; 0 is none. */
  readonly timeout?: number;
  /** The object that sends the request. */
  readonly xhr?: XMLHttpRequest;
}

/** A request hook of VHS. A hook that returns nothing has changed the options in place. */
export type RequestHook = (options: RequestOptions) => RequestOptions | undefined;

/** `vhs.xhr` of a player, or `videojs.Vhs.xhr` for all players. */
interface VhsXhr {
  onRequest(hook: RequestHook): void;
  offRequest(hook: RequestHook): void;
  readonly _requestCallbackSet?: ReadonlySet<RequestHook>;
}

interface Xhr {
  (...args: unknown[]): unknown;
  XMLHttpRequest: new () => XMLHttpRequest;
  XDomainRequest: new () => XMLHttpRequest;
}

/** `videojs` with the members that its types leave out. */
export type Videojs = Omit<typeof videojs, 'xhr'> & {
  /** Absent in `video.js/core` until VHS is loaded. */
  readonly Vhs?: { readonly xhr: VhsXhr };
  xhr: Xhr;
};

/** The parts of a tech that Video.js has no types for. */
interface PlayerTech {
  readonly vhs?: { readonly xhr?: Partial<VhsXhr> };
  el(): Element;
}

/** Returns the tech of `player`; `undefined` while Video.js makes it. */
export const techOf = (player: Player): PlayerTech | undefined => player.tech(true);

/** Whether VHS will play `source`, and so makes all requests for it. */
export function isForVhs(videojs: Videojs, player: Player, source: object): boolean {
  const html5 = videojs.getTech('Html5') as unknown as {
    selectSourceHandler(source: object, options: unknown): { readonly name?: string } | null;
  };
  const { options_ } = player as unknown as { options_: Record<string, unknown> };
  return html5.selectSourceHandler(source, options_.html5)?.name === 'videojs-http-streaming';
}
