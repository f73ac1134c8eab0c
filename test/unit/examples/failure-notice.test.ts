import { JSDOM } from 'jsdom';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFailureNotice, reasonFor } from '../../../examples/page/failure-notice.js';

const HAVE_CURRENT_DATA = 2;
const HAVE_ENOUGH_DATA = 4;

describe('createFailureNotice', () => {
  let video: HTMLVideoElement;
  const notice = () => video.parentElement!.querySelector('p')!;
  /** The element has this much, and says so. */
  const has = (readyState: number, type: string) => {
    Object.defineProperty(video, 'readyState', { configurable: true, value: readyState });
    video.dispatchEvent(new (video.ownerDocument.defaultView as unknown as { Event: typeof Event }).Event(type));
  };

  beforeEach(() => {
    const { document } = new JSDOM('<div><video></video></div>').window;
    vi.stubGlobal('document', document);
    vi.stubGlobal('HTMLMediaElement', { HAVE_FUTURE_DATA: 3 });
    video = document.querySelector('video')!;
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('is silent while what was loaded plays, then says why the picture stands', () => {
    const { show } = createFailureNotice(video);
    has(HAVE_ENOUGH_DATA, 'playing');
    show('You may not watch this film any more.');
    expect(notice().hidden).toBe(true);
    has(HAVE_CURRENT_DATA, 'waiting');
    expect(notice().hidden).toBe(false);
    expect(notice().textContent).toBe('You may not watch this film any more.');
    expect(notice().getAttribute('role')).toBe('alert');
  });

  it('says so at once where nothing was loaded', () => {
    const { show } = createFailureNotice(video);
    has(0, 'emptied');
    show('This film cannot be played.');
    expect(notice().hidden).toBe(false);
  });

  it('ends when the player tries again, and when the film plays', () => {
    const { show, hide } = createFailureNotice(video);
    has(HAVE_CURRENT_DATA, 'waiting');
    show('This film cannot be played.');
    hide();
    expect(notice().hidden).toBe(true);
    show('This film cannot be played.');
    has(HAVE_ENOUGH_DATA, 'canplay');
    expect(notice().hidden).toBe(true);
  });

  it('says nothing of a wait for data', () => {
    createFailureNotice(video);
    has(HAVE_CURRENT_DATA, 'waiting');
    expect(notice().hidden).toBe(true);
  });
});

describe('reasonFor', () => {
  it.for([
    [{ code: 'ERR_DENIED' }, 'You may not watch this film any more.'],
    [{ code: 'ERR_TOKEN_REFUSED' }, 'The video server refuses this film.'],
    [{ code: 'ERR_SIGNING_UNAVAILABLE' }, 'This film cannot be reached at the moment.'],
    [new Error('bufferStalledError'), 'This film cannot be played.'],
    [undefined, 'This film cannot be played.'],
  ] as const)('%o is told as %s', ([error, reason]) => {
    expect(reasonFor(error)).toBe(reason);
  });
});
