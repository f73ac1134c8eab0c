import type { Sabotage } from './sabotage.ts';
import { withoutCall } from './sabotage.ts';

const download = 'packages/progressive/src/download.ts';

const mp4PlaybackTest = 'test/browser/mp4-playback.test.ts';
const mp4TroubleTest = 'test/browser/mp4-trouble.all.test.ts';
const mp4DownloadTest = 'test/browser/mp4-download.matrix.test.ts';

export const progressive: readonly Sabotage[] = [
  {
    name: 'progressive-renew',
    promise: 'renew() goes on after a denial.',
    file: 'packages/progressive/src/secure-video.ts',
    ...withoutCall('playback.restart'),
    noticedBy: { test: mp4PlaybackTest, name: 'heals a refusal in the middle, and goes on by renew() after a denial' },
  },
  {
    name: 'progressive-shared-source',
    promise: 'destroy() leaves a shared token source alone.',
    file: 'packages/progressive/src/secure-video.ts',
    find: '    release();',
    replace: '    source.destroy();',
    noticedBy: { test: mp4TroubleTest, name: 'two elements that share a source, one of them audio' },
  },
  {
    name: 'progressive-download-resume',
    promise: 'A download goes on past expiry and lost connections.',
    file: download,
    find: '      this.#attempts = 0;\n',
    replace: '',
    noticedBy: { test: mp4DownloadTest, name: 'chromium is cut ten times at random' },
  },
];
