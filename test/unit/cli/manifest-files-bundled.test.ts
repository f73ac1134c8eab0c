import { expect, test, vi } from 'vitest';
import { listedFiles } from '../../../packages/cli/src/doctor/ask/listed-files.ts';

vi.mock('node:module', () => ({
  createRequire: () => ({
    resolve() {
      throw new Error("Cannot find module 'mpd-parser'");
    },
  }),
}));

test('in a bundle, where the parser has no file of its own, a manifest names no files', async () => {
  const set = '<AdaptationSet mimeType="video/mp4"><Representation id="v"><BaseURL>v.mp4</BaseURL></Representation>';
  const text = `<MPD mediaPresentationDuration="PT1H"><Period>${set}</AdaptationSet></Period></MPD>`;
  expect(await listedFiles(text, 'https://cdn.example.com/x.mpd')).toEqual([]);
});
