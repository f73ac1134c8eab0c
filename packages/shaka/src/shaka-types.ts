import type shaka from 'shaka-player';

// Shaka Player is imported as types only: the app keeps its one copy

export type Engine = shaka.net.NetworkingEngine;
export type EngineClass = typeof shaka.net.NetworkingEngine;
export type Request = shaka.extern.Request;
export type Response = shaka.extern.Response;
export type RequestFilter = shaka.extern.RequestFilter;
export type SchemePlugin = shaka.extern.SchemePlugin;
export type Operation = shaka.extern.IAbortableOperation<Response>;

/** A `shaka.Player` as the adapter needs it, of any version and build, or the one of a `CastProxy`. */
export interface ShakaPlayer {
  /** `null` once the player is destroyed. */
  getNetworkingEngine(): object | null;
  getMediaElement(): HTMLMediaElement | null;
  getAssetUri(): string | null;
}
