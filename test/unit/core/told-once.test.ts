import { beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from './lab-answers.ts';
import { each, eachBut, folder } from './lab-answers.ts';
import { asPage, asViewersHaveIt, code, codes, fakeTime, lab, watch } from './lab.ts';
import { START, advanceSeconds, seconds } from './lab-time.ts';
import { CDN, FOLDER, MASTER, playlist, range, segment } from './lab-urls.ts';
import { hls } from 'secure-token-core/playlists';

fakeTime();
asViewersHaveIt();

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  for (const level of ['warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines.push(line);
    });
});

const ended = (expires: () => number, now?: () => number): Answer => {
  return () => ({ ...(now && { now: now() }), tokens: [{ prefix: FOLDER, query: { st: 'a' }, expires: expires() }] });
};
test.each<[string, Answer, number]>([
  ['that had ended, by the `now` of the answer: one line', ended(() => seconds() - 40, seconds), 1],
  ['with a lifetime in place of a time: one line', ended(() => 300 + seconds() - START), 1],
  ['that looks ended by the viewer’s clock alone: none', ended(() => seconds() - 40), 0],
])('a token %s on the console for each source', async (_, answer, count) => {
  const { source } = lab(answer);
  for (let n = 0; n < 3; n++) {
    await code(source.sign(MASTER));
    await advanceSeconds(2);
  }
  expect(lines.filter((line) => line.includes("'expires'"))).toHaveLength(count);
});

test('URLs that an answer leaves out make one `tokenerror` for the answer', async () => {
  const viewer = lab((call) => each()({ ...call, urls: call.urls.slice(0, 1) }));
  expect(await codes(viewer, ...range(1, 3))).toEqual([undefined, 'ERR_SIGNING_RESPONSE', 'ERR_SIGNING_RESPONSE']);
  expect(viewer.errors()).toHaveLength(1);
});

test('URLs that an answer leaves out make no `tokenerror` if nobody waits for them', async () => {
  const viewer = lab(eachBut(segment(4)));
  await viewer.source.sign(MASTER);
  viewer.source.learn(MASTER, hls(playlist(1, 30)));
  await viewer.source.sign(segment(1));
  expect(viewer.asked().at(-1)).toContain(segment(4));
  expect(viewer.errors()).toEqual([]);
});

const NO_CORS = /cdn\.test failed without a status.*no CORS headers.*secure-token doctor https:\/\/cdn\.test/;
test('a CDN that refuses without CORS headers: one line for each host, with the cause and the command of the doctor', async () => {
  const { source } = lab(folder(300, `${CDN}/`));
  for (let n = 1; n < 4; n++) await source.refused(await source.sign(segment(n)), 0);
  expect(lines).toEqual([expect.stringMatching(NO_CORS)]);
  expect(lines[0]).not.toContain('st=');
});

test.each<[string, (source: ReturnType<typeof lab>['source']) => Promise<unknown>]>([
  [
    'a host that has answered before',
    async (source) => {
      const request = await source.sign(MASTER);
      source.noteAnswer(request, {}, true);
      await source.refused(request, 0);
    },
  ],
  [
    'a host that has refused with a status',
    async (source) => {
      const request = await source.sign(MASTER);
      await source.refused(request, 404);
      await source.refused(request, 0);
    },
  ],
  [
    'a viewer who is offline',
    async (source) => {
      asPage();
      vi.stubGlobal('navigator', { onLine: false });
      await source.refused(await source.sign(MASTER), 0);
    },
  ],
])('no line about CORS headers for %s', async (_, play) => {
  await play(lab(folder()).source);
  expect(lines).toEqual([]);
});

test('a `detail` of 80,000 letters, or with a token at its 2,000th character, shows no part of the token', async () => {
  const token = 'eyJhbGciOi1NiJ9abcdef1234567890';
  const details = ['a'.repeat(80_000), `${'word '.repeat(398)}${token}`, `${'word '.repeat(30)}${token} more`];
  for (const detail of details) {
    const { source } = lab(() => Response.json({ detail }, { status: 400 }));
    const seen = watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(seen.error?.message).not.toContain('eyJ');
    expect(seen.error?.message.length).toBeLessThan(350);
  }
});
