import { HlsJsVideo } from '@videojs/react/media/hlsjs-video';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { secureTokenConfig } from 'secure-token-hlsjs';

// once, outside of render: a new configuration makes a new engine
const source = {
  src: 'https://cdn.example.com/vod/7/master.m3u8',
  engine: { hlsJs: secureTokenConfig('/token') },
};

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <HlsJsVideo source={source} preload="auto" muted playsInline controls />
  </StrictMode>,
);
