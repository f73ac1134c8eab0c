import DPlayer from 'dplayer';
import { registerTokenWorker } from 'secure-token-worker';

await registerTokenWorker('/token-worker-all.js', {
  endpoint: '/token',
  protect: 'https://cdn.example.com/',
  requests: 'all',
});

export const player = new DPlayer({
  container: document.querySelector('#player'),
  video: { url: 'https://cdn.example.com/vod/7/master.m3u8' },
});
