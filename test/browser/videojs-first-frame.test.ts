import { test } from 'vitest';
import type { PlayerScripts } from '../support/first-frame.ts';
import { expectCalls, playlists } from '../support/first-frame.ts';

const scripts: PlayerScripts = {
  files: ['node_modules/video.js/dist/video.min.js', 'packages/videojs/dist/videojs-secure-token.min.js'],
  code: `
  const player = videojs(video, { preload: 'auto' });
  if (options) player.secureToken(options);
  player.src({ src, type: 'application/x-mpegURL' });`,
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
