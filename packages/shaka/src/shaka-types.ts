import type shaka from 'shaka-player';

// imports only types of Shaka Player: the app keeps its one copy

export type Engine = shaka.net.NetworkingEngine;
export type EngineClass = typeof shaka.net.NetworkingEngine;
export type Request = shaka.extern.Request;
export type Response = shaka.extern.Response;
export type RequestFilter = shaka.extern.RequestFilter;
export type SchemePlugin = shaka.extern.SchemePlugin;
export type Operation = shaka.extern.IAbortableOperation<Response>;

/** The members that the adapter needs of a `shaka.Player` of any version and build, or of the one of a `CastProxy`. */
export interface ShakaPlayer {
  /** `null` once the player is destroyed. */
  getNetworkingEngine(): object | null;
  getMediaElement(): HTMLMediaElement | null;
  getAssetUri(): string | null;
}
