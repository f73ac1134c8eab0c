import { JSDOM } from 'jsdom';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showCode } from '../../../examples/page/show-code.js';

let root: HTMLElement;
/** A function of a page, which is served as it is written. */
const writtenAs = (source: string) => Object.assign(() => undefined, { toString: () => source });
const text = () => root.querySelector('pre')!.textContent;

beforeEach(() => {
  const window = new JSDOM('<video></video><div></div>').window as unknown as typeof globalThis;
  vi.stubGlobal('document', window.document);
  vi.stubGlobal('Element', window.Element);
  root = window.document.querySelector('div')!;
});

afterEach(() => void vi.unstubAllGlobals());

it('shows the bodies of functions as they are written, behind all that they need', () => {
  const run = writtenAs(
    'function play(src) {\n  const player = make(video, signing, () => {\n    tell(src);\n  });\n  secureToken(player);\n  return player;\n}',
  );
  showCode(root, {
    imports: ["import { secureToken } from 'secure-token-hlsjs';"],
    values: {
      video: document.querySelector('video'),
      src: "https://cdn.example/it's.m3u8",
      signing: { endpoint: 'https://api.example/token', request: () => ({ headers: { 'X-Viewer': 'a'.repeat(60) } }) },
      buffer: { seconds: 20, isLive: false },
    },
    runs: [run],
  });
  expect(text()).toBe(`import { secureToken } from 'secure-token-hlsjs';

const video = document.querySelector('video');
const src = 'https://cdn.example/it\\'s.m3u8';
const signing = {
  endpoint: 'https://api.example/token',
  request: () => ({
    headers: { 'X-Viewer': '${'a'.repeat(60)}' },
  }),
};
const buffer = { seconds: 20, isLive: false };

const player = make(video, signing, () => {
  tell(src);
});
secureToken(player);
`);
  expect([...root.querySelectorAll('mark')].map(({ textContent }) => textContent)).toEqual(['secureToken(player);']);
});

it('shows the code of the stream that was chosen last', () => {
  const run = writtenAs('function play() {\n  load(src);\n}');
  for (const src of ['one', 'two']) showCode(root, { imports: [], values: { src }, runs: [run] });
  expect(text()).toContain("const src = 'two';");
  expect(text()).not.toContain('one');
});
