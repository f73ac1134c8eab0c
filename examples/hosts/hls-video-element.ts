import 'hls-video-element';
import 'media-chrome';
import { secureTokenConfig } from 'secure-token-hlsjs';

const el = document.querySelector<HTMLVideoElement & { config: object }>('hls-video')!;
el.config = secureTokenConfig('/token'); // before src
el.src = 'https://cdn.example.com/vod/7/master.m3u8';
