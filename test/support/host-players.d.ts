// What the code in docs/ imports besides our packages and the players of the tests.

declare module '@clappr/core';
declare module '@clappr/hlsjs-playback';
declare module '@mux/mux-video';
declare module 'artplayer';
declare module 'copy-webpack-plugin';
declare module 'hls-video-element';
declare module 'hls-video-element/react';
declare module 'plyr';

declare module 'react' {
  export function useEffect(effect: () => (() => void) | undefined, dependencies: readonly unknown[]): void;
  export const useRef: UseRef;
  type UseRef = <T>(initial: T | null) => { readonly current: T | null };
}

declare namespace JSX {
  type IntrinsicElements = Record<string, object>;
}
