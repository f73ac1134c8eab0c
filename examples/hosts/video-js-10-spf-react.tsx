import { HlsVideo } from '@videojs/react/media/hls-video';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { installSecureFetch } from 'secure-token-fetch';

// once, before the first player: its engine calls the fetch of the page
installSecureFetch({ endpoint: '/token', protect: 'https://cdn.example.com/' });

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <HlsVideo src="https://cdn.example.com/vod/7/master.m3u8" preload="auto" muted playsInline controls />
  </StrictMode>,
);
