// What the code in docs/ imports besides our packages and the players of the tests.

declare module '@clappr/core';
declare module '@clappr/hlsjs-playback';
declare module '@mux/mux-video';
declare module '@videojs/react/media/hls-video';
declare module '@videojs/react/media/hlsjs-video';
declare module 'copy-webpack-plugin';
declare module 'dplayer';
declare module 'hls-video-element/react';
declare module 'media-chrome';
declare module 'plyr';
declare module 'react-dom/client';
declare module 'vidstack/player';
declare module 'vidstack/player/ui';
declare module 'xgplayer';
declare module 'xgplayer-hls';
declare module 'xgplayer-hls.js';

declare module 'react-player' {
  type Listener = (event: { readonly currentTarget: HTMLVideoElement }) => void;
  export default function ReactPlayer(props: {
    src: string;
    muted?: boolean;
    controls?: boolean;
    onLoadedMetadata?: Listener;
    onTimeUpdate?: Listener;
  }): unknown;
}

declare module 'next/server' {
  export function connection(): Promise<void>;
}

declare module '$env/dynamic/private' {
  export const env: Record<string, string | undefined>;
}
declare module 'astro' {
  export type APIRoute = (context: { readonly request: Request }) => Response | Promise<Response>;
}
declare module 'astro/config';
declare module '@astrojs/node';
declare module 'astro:env/server' {
  export function getSecret(name: string): string | undefined;
}
declare module '@vitejs/plugin-vue';
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
declare function defineNuxtConfig(config: object): object;
declare function useRuntimeConfig(): { readonly cdnSecret: string };
declare function defineEventHandler(answer: (event: never) => Promise<Response>): unknown;
declare function toWebRequest(event: unknown): Request;

// the reader's own files
declare module '*/player' {
  export const Player: object;
}
declare module '*/token' {
  import type { RequestListener } from 'node:http';
  export const token: RequestListener;
}
declare module '*/use-token-source' {
  import type { TokenSource, TokenSourceOptions } from 'secure-token-hlsjs';
  export function useTokenSource(options: TokenSourceOptions | string): TokenSource | undefined;
}
declare module '*/token.mjs' {
  export const token: (request: Request) => Promise<Response>;
}
declare module '*/sessions.mjs' {
  interface Viewer {
    readonly id: string;
  }
  export function viewerOf(session: string | undefined): Promise<Viewer | undefined>;
  export function mayWatch(viewer: Viewer, urls: readonly string[]): Promise<boolean>;
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
