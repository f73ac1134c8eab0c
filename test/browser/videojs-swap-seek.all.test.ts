import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';

const scripts = ['node_modules/video.js/dist/video.min.js', 'packages/videojs/dist/videojs-secure-token.min.js'];

// Chromium asks a refusing edge again for minutes before it fails, and is given another source long before
describeMedia(
  'a native source of Video.js that has failed',
  (_, it) => {
    it.for([
      ['at once', 0],
      ['while a token is fetched', 100],
      ['while the next source loads', 500],
    ] as const)('goes where the viewer seeks to %s', async ([, wait], { stage, tab }) => {
      stage.network.rate = 1_000_000;
      stage.signer.ttl = 20;
      for (const path of scripts)
        await tab.run(
          `document.head.append(Object.assign(document.createElement('script'), { textContent: args }))`,
          readFileSync(path, 'utf8'),
        );
      await tab.run(
        `video.className = 'video-js';
        const sources = [{ src: args, type: 'video/mp4' }];
        window.player = videojs(video, { plugins: { secureToken: '/token' }, sources });
        player.on('error', () => seen.failures.push(player.error()));
        await until(() => video.readyState > 2);
        await player.play();
        await moves(1);`,
        stage.url('film.mp4'),
      );
      await stage.setSecret('second');
      // slower: what has arrived plays, be it on a busy machine that takes half a minute for these lines
      stage.network.rate = 200_000;
      Object.assign(stage.signer, { secret: 'second', delay: 0.3 });
      const result = await tab.run(
        `const { src } = video;
        const failed = new Promise((resolve) => addEventListener('error', resolve, { capture: true, once: true }));
        player.currentTime(300);
        await failed;
        await sleep(args);
        player.currentTime(100);
        const shown = player.currentTime();
        await until(() => video.src !== src && video.readyState > 2 && !video.seeking);
        await moves(1);
        return { shown, at: Math.floor(video.currentTime / 50), failures: seen.failures, paused: player.paused() };`,
        wait,
      );
      expect(result).toEqual({ shown: 100, at: 2, failures: [], paused: false });
    });
  },
  { without: 'chromium' },
);
