import { JSDOM } from 'jsdom';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEventLog } from '../../../examples/page/event-log.js';
import { createRefusalNews } from '../../../examples/page/refusal-news.js';
import { observeRequests } from '../../../examples/page/request-log.js';

const EDGE = 'https://edge.example';
const SEGMENT = `${EDGE}/film/fmp4/hi/s008.m4s`;

/** The element in which the page shows "What happened". */
let root: HTMLElement;
/** Returns the entries, newest first, without the time of day. */
const entries = () => [...root.querySelectorAll('li')].map((item) => item.lastElementChild!.textContent);

beforeEach(() => {
  const { document } = new JSDOM('<div></div>').window;
  vi.stubGlobal('document', document);
  root = document.querySelector('div')!;
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('createEventLog', () => {
  it('keeps the last ten entries, the newest first', () => {
    const say = createEventLog(root);
    for (let count = 1; count <= 12; count++) say('', `Event ${count}.`);
    expect(entries()).toEqual(Array.from({ length: 10 }, (_, index) => `Event ${12 - index}.`));
  });

  it('ends each entry with one full stop', () => {
    const say = createEventLog(root);
    say('', 'Without one');
    say('', 'With one.');
    say('', 'Is it still running?');
    expect(entries()).toEqual(['Is it still running?', 'With one.', 'Without one.']);
  });

  it('tells a failure once in a row and never changes an entry; of a button that is pressed again it tells again', () => {
    const say = createEventLog(root);
    say('busy', 'The endpoint answered 503.');
    const before = root.innerHTML;
    say('busy', 'The endpoint answered 503.');
    expect(root.innerHTML).toBe(before);
    say('', 'New secret.');
    say('', 'New secret.');
    say('busy', 'The endpoint answered 503.');
    expect(entries()).toEqual([
      'The endpoint answered 503.',
      'New secret.',
      'New secret.',
      'The endpoint answered 503.',
    ]);
  });
});

describe('createRefusalNews', () => {
  it('tells of a refusal and its replay in one entry, once both are over', () => {
    const { refused, replayed } = createRefusalNews(createEventLog(root), { areReplaysSeen: true });
    refused(SEGMENT, 403);
    expect(entries()).toEqual([]);
    replayed(SEGMENT, 200);
    expect(entries()).toEqual(['fmp4/hi/s008.m4s: refused (403), sent again: 200.']);
  });

  it('tells of a refusal alone when ten seconds have brought no replay, and of a later load nothing', () => {
    const { refused, replayed, flush } = createRefusalNews(createEventLog(root), { areReplaysSeen: true });
    refused(SEGMENT, 0);
    flush();
    expect(entries()).toEqual([]);
    vi.advanceTimersByTime(10_001);
    flush();
    replayed(SEGMENT, 200);
    expect(entries()).toEqual(['fmp4/hi/s008.m4s: refused.']);
  });

  it('leaves a refusal that the player was shown to the entry of that error', () => {
    const { refused, shown, flush } = createRefusalNews(createEventLog(root), { areReplaysSeen: true });
    refused(SEGMENT, 410);
    shown(SEGMENT);
    flush(true);
    expect(entries()).toEqual([]);
  });

  it('tells at once of refusals whose replays no script can see', () => {
    const { refused } = createRefusalNews(createEventLog(root), { areReplaysSeen: false });
    refused(SEGMENT, 403);
    expect(entries()).toEqual(['fmp4/hi/s008.m4s: refused (403).']);
  });
});

describe('observeRequests', () => {
  /** Observes a page; `request` is one of its requests, which has ended now, as the browser tells it. */
  const observe = () => {
    const records: { status: number; isReplay: boolean }[] = [];
    let tell: (list: object) => void = () => undefined;
    vi.stubGlobal(
      'PerformanceObserver',
      class {
        constructor(callback: typeof tell) {
          tell = callback;
        }
        observe(): void {}
      },
    );
    const giveUp = observeRequests(
      { app: 'https://app.example', edge: EDGE, unsign: (url) => url.split('?')[0]! },
      ({ status, isReplay }) => records.push({ status, isReplay }),
    );
    const entry = (status: number) => ({
      name: `${SEGMENT}?st=abcdefgh`,
      responseStatus: status,
      startTime: performance.now() - 5,
      responseEnd: performance.now(),
    });
    const report = (...entries: object[]) => tell({ getEntries: () => entries });
    return { records, giveUp, entry, report };
  };

  it('takes the request after a refused one for its replay, however long its token took, and no third one', () => {
    const { records, entry, report } = observe();
    report(entry(403));
    vi.advanceTimersByTime(60_000);
    report(entry(200));
    report(entry(200));
    expect(records.map(({ isReplay }) => isReplay)).toEqual([false, true, false]);
  });

  it('takes no later load for a replay once the player was shown the refusal, also where the browser tells late', () => {
    const { records, giveUp, entry, report } = observe();
    const first = entry(403);
    vi.advanceTimersByTime(10);
    giveUp(SEGMENT);
    report(first);
    vi.advanceTimersByTime(14_000);
    report(entry(200));
    expect(records.map(({ isReplay }) => isReplay)).toEqual([false, false]);
  });

  it('takes nothing for a replay of what another player was refused', () => {
    const { records, giveUp, entry, report } = observe();
    report(entry(403));
    giveUp();
    report(entry(200));
    expect(records.map(({ isReplay }) => isReplay)).toEqual([false, false]);
  });

  it('takes a refused replay for the end: what comes next is another load', () => {
    const { records, entry, report } = observe();
    report(entry(403), entry(403), entry(200));
    expect(records.map(({ isReplay }) => isReplay)).toEqual([false, true, false]);
  });
});
