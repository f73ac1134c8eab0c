import type videojs from 'video.js';
import type Player from 'video.js/dist/types/player.js';

/** The options of `videojs.xhr`, as VHS hands them to a request hook. */
export interface VhsRequestOptions {
  uri: string;
  /** The time-out of the request on the wire, in ms; 0 is none. */
  timeout?: number;
  beforeSend?: (xhr: XMLHttpRequest) => void;
}

/** A request hook of VHS. A hook that returns nothing has changed the options in place. */
export type VhsRequestHook = (options: VhsRequestOptions) => VhsRequestOptions | undefined;

/** `vhs.xhr` of a player, or `videojs.Vhs.xhr` for all players. */
export interface VhsXhr {
  onRequest(hook: VhsRequestHook): void;
  offRequest(hook: VhsRequestHook): void;
  _requestCallbackSet?: Set<VhsRequestHook>;
  /** An older kind of hook: VHS adds it to the others while it makes a request. */
  beforeRequest?: VhsRequestHook;
}

/** The parts of a tech that Video.js has no types for. */
export interface PlayerTech {
  readonly vhs?: { readonly xhr?: Partial<VhsXhr> };
  readonly featuresNativeTextTracks?: boolean;
  on(type: string, listener: () => void): void;
  off(type: string, listener: () => void): void;
}

interface SourceHandler {
  readonly name?: string;
}

/** `videojs` with the members that its types leave out. */
export type Videojs = typeof videojs & {
  /** Absent in `video.js/core` until VHS is loaded. */
  readonly Vhs?: { readonly xhr: VhsXhr };
  readonly xhr: { XMLHttpRequest: unknown; XDomainRequest: unknown };
};

/** Returns the tech of `player`; `undefined` while Video.js makes it. */
export const techOf = (player: Player): PlayerTech | undefined => player.tech(true);

/** Whether VHS will play `source`, and so makes all requests for it. */
export function isForVhs(videojs: Videojs, player: Player, source: { src: string }): boolean {
  const html5 = videojs.getTech('Html5') as unknown as {
    selectSourceHandler(source: object, options: unknown): SourceHandler | null;
  };
  const { options_ } = player as unknown as { options_: Record<string, unknown> };
  return html5.selectSourceHandler(source, options_.html5)?.name === 'videojs-http-streaming';
}
