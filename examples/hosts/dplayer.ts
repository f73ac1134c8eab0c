import DPlayer from 'dplayer';
import Hls from 'hls.js';
import { secureToken } from 'secure-token-hlsjs';

const hls = new Hls();
secureToken(hls, '/token');
hls.loadSource('https://cdn.example.com/vod/7/master.m3u8');

export const player = new DPlayer({
  container: document.querySelector('#player'),
  video: {
    url: '', // DPlayer would write it into the element, and the browser would ask for it by itself
    type: 'hlsjs',
    customType: { hlsjs: (video: HTMLVideoElement) => hls.attachMedia(video) },
  },
});
