import { describe, expect, test } from 'vitest';
import type { BrowserObservations } from '../../../packages/cli/src/doctor/observations.ts';
import { browserFindings } from '../../../packages/cli/src/doctor/rules/browser-rules.ts';

const url = 'https://cdn.example.com/vod/7/a.m3u8';
type Played = Extract<BrowserObservations, { hasPicture: boolean }>;
const played: Played = {
  hasPicture: true,
  failure: '',
  blocked: {},
  isMixed: false,
  refusals: [],
  patience: 10,
  decodesH264: true,
};
const codesOf = (browser: BrowserObservations) => browserFindings(browser, url).map(({ code }) => code);

describe('browserFindings', () => {
  test.each<[string, Partial<Played>, string[]]>([
    ['a picture: nothing', {}, []],
    ['no picture', { hasPicture: false }, ['browser-no-picture']],
    ['a picture after refusals', { refusals: [403, 403] }, ['browser-refused']],
    [
      'a directive that blocks the endpoint',
      { hasPicture: false, blocked: { 'connect-src': 'https://app.example.com' } },
      ['browser-csp', 'browser-no-picture'],
    ],
    ['no worker, and a picture all the same: nothing', { blocked: { 'worker-src': 'blob' } }, []],
    ['http below https', { hasPicture: false, isMixed: true }, ['browser-mixed-content', 'browser-no-picture']],
    ['a browser that cannot decode H.264', { hasPicture: false, decodesH264: false }, ['browser-unavailable']],
  ])('%s', (_, seen, codes) => {
    expect(codesOf({ ...played, ...seen })).toEqual(codes);
  });

  test('no browser: a note with what to install', () => {
    const [note] = browserFindings({ unavailable: 'playwright-core is not installed. Run: npm install x' }, url);
    expect(note).toMatchObject({
      severity: 'note',
      message: 'The doctor has played nothing in a browser: playwright-core is not installed. Run: npm install x.',
    });
  });

  test('the words of the player, and the directive, stand in the messages', () => {
    const failure = 'hls.js ended with manifestLoadError';
    const blocked = { 'media-src': 'blob' };
    const messages = browserFindings({ ...played, hasPicture: false, failure, blocked }, url).map(
      ({ message }) => message,
    );
    expect(messages).toEqual([
      expect.stringContaining('media-src does not name blob'),
      expect.stringContaining('within 10 s: hls.js ended with manifestLoadError.'),
    ]);
  });
});
