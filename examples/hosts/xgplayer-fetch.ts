import { installSecureFetch } from 'secure-token-fetch';
import Player from 'xgplayer';
import { HlsPlugin } from 'xgplayer-hls';

installSecureFetch({ endpoint: '/token', protect: 'https://cdn.example.com/' }); // before the player is created

export const player = new Player({
  id: 'player',
  url: 'https://cdn.example.com/vod/7/master.m3u8',
  plugins: [HlsPlugin],
});
