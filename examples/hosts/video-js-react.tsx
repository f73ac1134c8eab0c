import { StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import videojs from 'video.js';
import { registerSecureToken } from 'videojs-secure-token';

registerSecureToken(videojs);

function Player({ src }: { src: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = document.createElement('video-js');
    box.current!.append(element);
    const player = videojs(element, { controls: true, muted: true });
    player.secureToken('/token');
    player.src({ src, type: 'application/x-mpegURL' });
    return () => player.dispose();
  }, [src]);
  return <div ref={box} />;
}

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <Player src="https://cdn.example.com/vod/7/master.m3u8" />
  </StrictMode>,
);
