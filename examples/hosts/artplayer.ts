import Artplayer from 'artplayer';
import Hls from 'hls.js';
import { secureToken } from 'secure-token-hlsjs';

export const player = new Artplayer({
  container: '#player',
  url: 'https://cdn.example.com/vod/7/master.m3u8',
  type: 'm3u8',
  muted: true,
  customType: {
    m3u8: (video: HTMLVideoElement, url: string, art: Artplayer) => {
      const hls = new Hls();
      secureToken(hls, '/token');
      hls.loadSource(url);
      hls.attachMedia(video);
      art.on('destroy', () => hls.destroy());
    },
  },
});
