import Hls from 'hls.js';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import ReactPlayer from 'react-player';
import { secureTokenConfig } from 'secure-token-hlsjs';

// for all players, before the first one: config.hls does not reach hls.js
Hls.DefaultConfig = { ...Hls.DefaultConfig, ...secureTokenConfig('/token') };

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <ReactPlayer src="https://cdn.example.com/vod/7/master.m3u8" muted controls />
  </StrictMode>,
);
