import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as PageNotesModule from '../../../packages/worker/src/worker/page-notes.ts';
import { FakePages, settle } from './worker-lab.ts';

describe('the notes of a worker about its pages', () => {
  let pages: FakePages;
  let notes: PageNotesModule.PageNotes<string>;

  beforeEach(async () => {
    pages = new FakePages();
    vi.stubGlobal('clients', pages);
    vi.resetModules();
    const { PageNotes } = await import('../../../packages/worker/src/worker/page-notes.ts');
    notes = new PageNotes();
  });
  afterEach(() => vi.unstubAllGlobals());

  test('a thousand pages come and go without a word: no note is left but those of pages that are open', async () => {
    pages.open('stays');
    notes.note('stays', 'listens');
    for (let visit = 0; visit < 1000; visit++) {
      pages.open(`page ${visit}`);
      notes.note(`page ${visit}`, 'silent');
      pages.close(`page ${visit}`);
    }
    await settle();
    pages.open('last');
    notes.note('last', 'silent');
    await settle();
    expect([notes.size, notes.get('stays'), notes.get('last')]).toEqual([2, 'listens', 'silent']);
  });

  test('a page that has just said something is kept, also one whose Web Worker has no id', async () => {
    notes.note('', 'silent');
    notes.note('opening', 'listens');
    await settle();
    expect([notes.get(''), notes.get('opening')]).toEqual(['silent', 'listens']);
  });

  test('looks at the pages when one is new, and not when a note changes', async () => {
    pages.open('own');
    pages.open('other');
    const get = vi.spyOn(pages, 'get');
    notes.note('own', 'silent');
    notes.note('other', 'silent');
    await settle();
    expect(get.mock.calls).toEqual([['own']]);
    notes.note('own', 'listens');
    await settle();
    expect(get).toHaveBeenCalledTimes(1);
  });

  test('keeps its notes, and no rejection unhandled, when the browser no longer tells which pages are open', async () => {
    pages.get = () => Promise.reject(new Error('the worker ends'));
    notes.note('own', 'silent');
    notes.note('other', 'listens');
    await settle();
    expect([notes.get('own'), notes.get('other')]).toEqual(['silent', 'listens']);
  });
});
