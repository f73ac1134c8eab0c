import Hls from 'hls.js';
import { StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { secureToken } from 'secure-token-hlsjs';
import { useTokenSource } from './use-token-source.ts';

function Player({ src }: { src: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const source = useTokenSource('/token');
  useEffect(() => {
    if (!source) return undefined;
    const hls = new Hls();
    secureToken(hls, source);
    hls.loadSource(src);
    hls.attachMedia(video.current!);
    return () => hls.destroy();
  }, [source, src]);
  return <video ref={video} muted controls />;
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <Player src="https://cdn.example.com/vod/7/master.m3u8" />
  </StrictMode>,
);
