import { describeFirstFrame } from '../support/first-frame-tests.ts';

describeFirstFrame('hls.js', {
  files: ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'],
  code: `
  const hls = new Hls();
  if (options) SecureTokenHls.secureToken(hls, options);
  hls.loadSource(src);
  hls.attachMedia(video);`,
});
