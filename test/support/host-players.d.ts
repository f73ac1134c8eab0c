// What the code in docs/ imports besides our packages and the players of the tests.

declare module 'media-chrome';
declare module 'react-dom/client';

declare module 'p2p-media-loader-hlsjs' {
  export class HlsJsP2PEngine {
    constructor(config: { core: { announceTrackers: string[] } });
    getConfigForHlsJs(): object;
    bindHls(hls: object): void;
  }
}

declare module 'next/server' {
  export function connection(): Promise<void>;
}

declare module '@angular/core' {
  type Signal<T> = () => T;
  export interface ElementRef<T> {
    readonly nativeElement: T;
  }
  export function Component(metadata: object): (component: unknown) => void;
  export function afterRenderEffect(effect: (onCleanup: (cleanUp: () => void) => void) => void): void;
  export const input: { required<T>(): Signal<T> };
  export const viewChild: { required<T>(name: string): Signal<T> };
}
// Nuxt needs no imports
declare function defineEventHandler(answer: (event: never) => Promise<Response>): unknown;
declare function toWebRequest(event: unknown): Request;

// the reader's own files
declare module '*/player' {
  import type { Token } from 'secure-token-hlsjs';
  export function Player(props: { src: string; tokens?: readonly Token[] }): unknown;
}
declare module '*/token' {
  import type { TokenFormat } from 'secure-token-server';
  export const format: TokenFormat;
  export const allow: string;
  export const token: (request: Request) => Promise<Response>;
}
declare module '*/use-token-source' {
  import type { TokenSource, TokenSourceOptions } from 'secure-token-hlsjs';
  export function useTokenSource(options: TokenSourceOptions | string): TokenSource | undefined;
}
declare module '*/sessions.mjs' {
  interface Viewer {
    readonly id: string;
  }
  export function viewerOf(session: string | undefined): Promise<Viewer | undefined>;
  export function mayWatch(viewer: Viewer, urls: readonly string[]): Promise<boolean>;
  export function boughtBy(request: Request): Promise<readonly string[]>;
  export function sessions(req: object, res: object, next: () => void): void;
}

declare module 'artplayer' {
  export default class Artplayer {
    constructor(options: object);
    on(type: string, listener: () => void): void;
  }
}

declare module 'hls-video-element' {
  export default class HlsVideoElement extends HTMLVideoElement {
    config: object;
  }
}

declare module 'vidstack' {
  import type Hls from 'hls.js';
  export function isHLSProvider(provider: unknown): provider is HlsProvider;
  interface HlsProvider {
    library: unknown;
    config: object;
    onInstance(callback: (hls: Hls) => void): void;
  }
}

interface HTMLElementTagNameMap {
  'media-player': MediaPlayer;
}
interface MediaPlayer {
  src: string;
  addEventListener(type: 'provider-change', listener: (event: { detail: unknown }) => void): void;
}

declare module 'react' {
  export function StrictMode(props: { children?: unknown }): unknown;
  export function useEffect(effect: () => (() => void) | undefined, dependencies: readonly unknown[]): void;
  export const useRef: UseRef;
  export const useState: UseState;
  interface UseRef {
    <T>(initial: T): { current: T };
    <T>(initial: T | null): { readonly current: T | null };
  }
  interface UseState {
    <T>(initial: T): [T, (next: T) => void];
    <T>(): [T | undefined, (next: T | undefined) => void];
  }
}

declare namespace JSX {
  interface IntrinsicAttributes {
    key?: string;
  }
  type IntrinsicElements = Record<string, object>;
}
