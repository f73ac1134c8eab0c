import { secureTokenConfig } from 'secure-token-hlsjs';
import Player from 'xgplayer';
import HlsJsPlugin from 'xgplayer-hls.js';

export const player = new Player({
  id: 'player',
  url: 'https://cdn.example.com/vod/7/master.m3u8',
  plugins: [HlsJsPlugin],
  HlsJsPlugin: { hlsOpts: secureTokenConfig('/token') },
});
