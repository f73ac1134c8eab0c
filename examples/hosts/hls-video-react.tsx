import type HlsVideoElement from 'hls-video-element';
import HlsVideo from 'hls-video-element/react';
import { StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { secureTokenConfig } from 'secure-token-hlsjs';

const config = secureTokenConfig('/token'); // once: a new one per render rebuilds the engine

function Player({ src }: { src: string }) {
  const el = useRef<HlsVideoElement>(null);
  useEffect(() => {
    // config first: as a property of <HlsVideo> it may come after src
    Object.assign(el.current!, { config, src });
  }, [src]);
  return <HlsVideo ref={el} muted controls />;
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <Player src="https://cdn.example.com/vod/7/master.m3u8" />
  </StrictMode>,
);
