import Hls from 'hls.js';
import Plyr from 'plyr';
import { secureToken } from 'secure-token-hlsjs';

const video = document.querySelector('video')!;
const hls = new Hls();
secureToken(hls, '/token');
hls.loadSource('https://cdn.example.com/vod/7/master.m3u8');
hls.attachMedia(video);
export const player = new Plyr(video);
