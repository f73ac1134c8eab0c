import { Player } from '@clappr/core';
import HlsjsPlayback from '@clappr/hlsjs-playback';
import { secureTokenConfig } from 'secure-token-hlsjs';

const options = {
  parentId: '#player',
  source: 'https://cdn.example.com/vod/7/master.m3u8',
  plugins: [HlsjsPlayback],
  playback: { hlsjsConfig: secureTokenConfig('/token') },
};
export const player = new Player(options);
