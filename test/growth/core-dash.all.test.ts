import { describe, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { expectLinear, expectSameCost } from '../support/growth.ts';
import { CDN } from '../unit/core/lab.ts';

vi.setConfig({ testTimeout: 120_000 });

const MANIFEST = `${CDN}/vod/7/index.mpd`;
const expires = Date.now() / 1000 + 36_000;

const each = (count: number, text: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => text(n)).join('');
const long = (length: number): string => 'a'.repeat(length);
const digits = (length: number): string => '1'.repeat(length);
const mpd = (content: string, attributes = ''): string =>
  `<MPD mediaPresentationDuration="PT1H" ${attributes}>${content}</MPD>`;
const period = (content: string, attributes = ''): string =>
  mpd(`<Period ${attributes}><AdaptationSet>${content}</AdaptationSet></Period>`);

const numbers =
  '<SegmentTemplate duration="4" media="$RepresentationID$/$Number$.m4s" initialization="$RepresentationID$/i.mp4"/>';
const representation = (n: number): string => `<Representation id="${n}" bandwidth="${n}"/>`;
const representations = (count: number): string => each(count, representation);
const timeline = (entries: string): string =>
  `<SegmentTemplate media="$RepresentationID$/$Time$.m4s"><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>`;
const list = (count: number): string =>
  `<SegmentList>${each(count, (n) => `<SegmentURL media="${n}.m4s"/>`)}</SegmentList>`;

const manifests: Record<string, (count: number) => string> = {
  periods: (count) =>
    mpd(each(count, (n) => `<Period id="${n}"><AdaptationSet>${numbers}${representation(n)}</AdaptationSet></Period>`)),
  AdaptationSets: (count) =>
    mpd(`<Period>${each(count, (n) => `<AdaptationSet>${numbers}${representation(n)}</AdaptationSet>`)}</Period>`),
  Representations: (count) => period(numbers + representations(count)),
  'Representations whose names begin alike': (count) =>
    period(`<SegmentTemplate duration="4" media="$Number$-$RepresentationID$.m4s"/>${representations(count)}`),
  'Representations with rules of their own': (count) =>
    period(each(count, (n) => `<Representation id="${n}">${numbers}</Representation>`)),
  'templates of a period with as many Representations': (count) =>
    mpd(`<Period>${numbers.repeat(count)}<AdaptationSet>${representations(count)}</AdaptationSet></Period>`),
  'entries of a timeline': (count) => period(timeline(each(count, () => '<S d="4"/>')) + representation(1)),
  'entries of a timeline for as many Representations': (count) =>
    period(timeline(each(count, () => '<S d="4"/>')) + representations(count)),
  'elements of a template that has no timeline, for as many Representations': (count) =>
    period(numbers.replace('/>', `>${'<a/>'.repeat(count * 10)}</SegmentTemplate>`) + representations(count)),
  'names of a list': (count) => period(`<Representation id="1">${list(count)}</Representation>`),
  'names of a list for as many Representations': (count) => period(list(count) + representations(count)),
  'names of a list for as many Representations, each in a folder of its own': (count) =>
    period(list(count) + each(count, (n) => `<Representation id="${n}"><BaseURL>${n}/</BaseURL></Representation>`)),
  'BaseURLs of one element': (count) =>
    period(`${each(count, (n) => `<BaseURL>${n}/</BaseURL>`)}${numbers}${representations(count)}`),
  'BaseURLs of Representations': (count) =>
    period(numbers + each(count, (n) => `<Representation id="${n}"><BaseURL>${n}/</BaseURL></Representation>`)),
  'a long BaseURL with as many Representations below it': (count) =>
    mpd(
      `<BaseURL>${long(count)}/</BaseURL><Period><AdaptationSet>${numbers}${each(count, (n) => `<Representation id="${n}"><BaseURL>${n}/</BaseURL></Representation>`)}</AdaptationSet></Period>`,
    ),
  'a long id of a period with as many Representations': (count) =>
    period(numbers + representations(count), `id="${long(count * 10)}"`),
  'long ids of Representations in a template that names them often': (count) =>
    period(
      `<SegmentTemplate duration="4" media="${'$RepresentationID$'.repeat(50)}$Number$"/>${each(count, (n) => `<Representation id="${long(500)}${n}"/>`)}`,
    ),
  'attributes of a template with as many Representations': (count) =>
    period(
      `<SegmentTemplate ${each(count, (n) => `a${n}="" `)} duration="4" media="$Number$"/>${representations(count)}`,
    ),
  'attributes of an element': (count) =>
    period(`${numbers}<Representation ${each(count * 10, (n) => `a${n}="" `)} id="1"/>`),
  'a timeline of a long media attribute': (count) =>
    period(timeline('<S d="4" r="9"/>').replace('$Time$', `$Time$${long(count * 10)}`) + representation(1)),
};

/** Manifests with long values that many elements inherit. */
const inherited: Record<string, (count: number) => string> = {
  'a timescale, a start number and a duration': (count) => {
    const number = digits(count * 20);
    return period(
      `<SegmentTemplate media="$Number$.m4s" timescale="${number}" startNumber="${number}" duration="${number}"/>` +
        representations(count),
    );
  },
  // the id of a Period, which the Representation that is requested inherits as the last of them
  'an id': (count) => period(numbers + each(count, (n) => representation(count - 1 - n)), `id="${long(count * 1000)}"`),
  'the duration and the timescale of a list': (count) =>
    period(
      `<SegmentList duration="${digits(count * 20)}" timescale="${digits(count * 20)}"/>` +
        each(count, (n) => `<Representation id="${n}">${list(1)}</Representation>`),
    ),
};

/** Manifests whose short text asks for many segments. */
const promises: Record<string, (count: number) => string> = {
  'repetitions of an entry': (count) => period(timeline(`<S d="1" r="${count}"/>`) + representation(1)),
  'repetitions of an entry, of long names': (count) =>
    period(timeline(`<S d="1" r="${count}"/>`).replace('$Time$', `$Time$${long(1900)}`) + representation(1)),
  // four seconds each
  'segments of a long period': (count) =>
    mpd(`<Period duration="PT${count * 4}S"><AdaptationSet>${numbers}${representation(1)}</AdaptationSet></Period>`),
};

/** A manifest is learnt, and again when its text has changed, with a request each time. */
function reload(text: string): () => Promise<void> {
  const next = text.replace('PT1H', 'PT2H');
  return async () => {
    const source = createTokenSource({
      getTokens: ({ urls }) => Promise.resolve(urls.map((url) => ({ url, expires, query: { st: 'a' } }))),
    });
    source.learn(MANIFEST, hlsOrDash(text));
    await source.sign(`${CDN}/vod/7/1/4.m4s`);
    source.learn(MANIFEST, hlsOrDash(next));
    await source.sign(`${CDN}/vod/7/1/8.m4s`);
    source.destroy();
  };
}

describe('what a DASH manifest costs that is reloaded, with a request, grows with what is in it', () => {
  test.each(Object.keys(manifests))('%s', async (name) => {
    const work = (count: number) => reload(manifests[name]!(count));
    await expectLinear(work, 2500);
  });
});

describe('what a DASH manifest costs does not grow with the length of a value times its heirs', () => {
  test.each(Object.keys(inherited))('%s, from 600 to 2400', async (name) => {
    await expectLinear((count) => reload(inherited[name]!(count)), 600);
  });
});

describe('what a DASH manifest costs does not grow with the segments that it promises', () => {
  // A hundred times as many, not twice: they are to cost nothing, and what makes them one by one grows with the number.
  test.each(Object.keys(promises))('%s, from 10,000 to 1,000,000', async (name) => {
    const work = (count: number) => reload(promises[name]!(count));
    await expectSameCost(work(10_000), work(1_000_000));
  });
});
