import { test } from 'vitest';
import type { PlayerScripts } from '../support/first-frame.ts';
import { expectCalls, playlists } from '../support/first-frame.ts';

const scripts: PlayerScripts = {
  files: ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'],
  // the better rendition, however slow the machine is
  code: `
  const hls = new Hls({ abrBandWidthFactor: 1e6, abrBandWidthUpFactor: 1e6 });
  if (options) SecureTokenHls.secureToken(hls, options);
  hls.loadSource(src);
  hls.attachMedia(video);`,
};

test.concurrent.for(playlists)('with `expand`, %s costs one call, and nothing waits for a second', (path, context) =>
  expectCalls(context, scripts, path, { start: 'expand', calls: 1 }),
);

test.concurrent.for(playlists)('with tokens in the page, %s costs no call', (path, context) =>
  expectCalls(context, scripts, path, { start: 'tokens', calls: 0 }),
);

test.concurrent('with neither it costs one a level', (context) =>
  expectCalls(context, scripts, 'vod/ts/master.m3u8', { start: 'endpoint', calls: 3 }),
);
