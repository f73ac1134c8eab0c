import '@mux/mux-video';
import { secureTokenConfig } from 'secure-token-hlsjs';

const el = document.querySelector<HTMLVideoElement & { _hlsConfig: object }>('mux-video')!;
el._hlsConfig = secureTokenConfig('/token'); // before src
el.src = 'https://cdn.example.com/vod/7/master.m3u8';
