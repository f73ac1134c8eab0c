import { describeFirstFrame } from '../support/first-frame-tests.ts';

describeFirstFrame('Video.js', {
  files: ['node_modules/video.js/dist/video.min.js', 'packages/videojs/dist/videojs-secure-token.min.js'],
  code: `
  const player = videojs(video, { preload: 'auto' });
  if (options) player.secureToken(options);
  player.src({ src, type: 'application/x-mpegURL' });`,
});
