import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SignedRequest } from '../../../packages/core/src/index.ts';
import type * as PageSignerModule from '../../../packages/worker/src/worker/page-signer.ts';
import { FakePages, advanceMs, settle } from './worker-lab.ts';

const url = 'https://cdn.test/film.mp4';
const signed = { url: `${url}?st=1`, headers: {}, credentials: false, unsignedUrl: url, token: { expires: 9 } };
/** As a page of 1.0 posts it. */
const { unsignedUrl: source, ...others } = signed;
const posted = { ...others, source };

let pages: FakePages;
let signers: typeof PageSignerModule;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  pages = new FakePages();
  vi.stubGlobal('clients', pages);
  vi.resetModules();
  signers = await import('../../../packages/worker/src/worker/page-signer.ts');
});
afterEach(() => {
  pages.end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page that hands out tokens as 1.0 does; `answer` is what it posts for a question, `undefined` for nothing. */
const signing =
  (answer: (question: unknown) => unknown = () => ({ signed: posted })) =>
  (message: unknown, port: MessagePort | undefined): void => {
    if ((message as { secureToken?: string }).secureToken !== 'hello') return;
    port!.onmessage = ({ data }) => {
      const given = answer(data);
      if (given !== undefined) port!.postMessage(given);
    };
    port!.postMessage('here');
  };
const protects = (): boolean => true;
const signer = (clientId = 'own') => new signers.PageSigner(clientId, protects);

/** Follows `work`, and returns an object that tells what has become of it. */
function outcome<T>(work: Promise<T>): { value?: T; error?: unknown } {
  const seen: { value?: T; error?: unknown } = {};
  work.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.error = error),
  );
  return seen;
}

describe('PageSigner', () => {
  test('a renewal reaches every page that may keep a denial', async () => {
    for (const id of ['own', 'other']) pages.open(id);
    await signer().renew();
    expect(pages.posted).toEqual([
      ['own', { secureToken: 'lift' }],
      ['other', { secureToken: 'lift' }],
    ]);
  });

  test('a playlist to be read ahead leaves no rejection unhandled when the browser no longer tells of pages', async () => {
    pages.get = () => Promise.reject(new Error('the worker ends'));
    signer().learnText(url, '#EXTM3U');
    await settle();
    expect(pages.posted).toEqual([]);
  });

  test('signs by the page whose request it is, and nobody else is asked', async () => {
    pages.open('own', signing());
    pages.open('other', signing());
    expect(await signer().sign(url)).toMatchObject(signed);
    await advanceMs(3000);
    expect(pages.posted).toEqual([['own', { secureToken: 'hello' }]]);
  });

  test('asks every other page a second later', async () => {
    pages.open('own');
    pages.open('other', signing());
    const { length } = pages.posted;
    const seen = outcome(signer().sign(url));
    await advanceMs(900);
    expect([seen, length]).toEqual([{}, 0]);
    await advanceMs(200);
    expect(seen.value).toMatchObject(signed);
  });

  test('a request of a Web Worker waits for a tenth of a second: any page signs it', async () => {
    pages.open('other', signing());
    vi.spyOn(pages, 'get').mockImplementation((id) => Promise.resolve({ id, postMessage: () => undefined }));
    const seen = outcome(signer('of a worker').sign(url));
    await advanceMs(99);
    expect(seen).toEqual({});
    await advanceMs(1);
    expect(seen.value).toMatchObject(signed);
  });

  test('hears a page that has only now loaded its scripts', async () => {
    pages.open('own');
    const seen = outcome(signer().sign(url));
    await advanceMs(4500);
    pages.open('own', signing());
    await advanceMs(1000);
    expect(seen.value).toMatchObject(signed);
  });

  test('asks the same page again when the edge has refused', async () => {
    const questions: unknown[] = [];
    pages.open(
      'own',
      signing((question) => {
        questions.push(question);
        return questions.length < 3 ? { signed: posted } : { signed: undefined };
      }),
    );
    const page = signer();
    const first = await page.sign(url);
    const second = await page.refused(first, 410);
    expect([first, second]).toMatchObject([signed, signed]);
    expect(await page.refused(second!, 403)).toBeUndefined();
    expect(questions).toEqual([{ url }, { status: 410 }, { status: 403 }]);
    expect(await page.refused(second!, 403), 'that page has no other').toBeUndefined();
  });

  test('closes its channel to the page when it is released', async () => {
    const close = vi.spyOn(MessagePort.prototype, 'close');
    pages.open('own', signing());
    const page = signer();
    await page.sign(url);
    page.release();
    expect(close).toHaveBeenCalledTimes(1);
    close.mockRestore();
  });

  test('fails as the page fails', async () => {
    pages.open(
      'own',
      signing(() => ({ error: { code: 'ERR_DENIED', message: 'ERR_DENIED: no' } })),
    );
    await expect(signer().sign(url)).rejects.toMatchObject({ code: 'ERR_DENIED', message: 'ERR_DENIED: no' });
  });

  describe('where no page hands out tokens', () => {
    const ended = async (clientId = 'own'): Promise<{ value?: SignedRequest; error?: unknown }> => {
      const seen = outcome(signer(clientId).sign(url));
      await settle();
      return seen;
    };

    test('waits for ten seconds, and once only', async () => {
      pages.open('own');
      const seen = outcome(signer().sign(url));
      await advanceMs(9900);
      expect(seen).toEqual({});
      await advanceMs(1300);
      expect(seen.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
      expect((await ended()).error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    });

    test('waits no longer because the viewer sets the clock back', async () => {
      pages.open('own');
      const seen = outcome(signer().sign(url));
      await advanceMs(5000);
      vi.setSystemTime(Date.now() - 3_600_000);
      await advanceMs(6200);
      expect(seen.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    });

    test('lets through what only pages know to be protected', async () => {
      pages.open('own');
      const seen = outcome(new signers.PageSigner('own').sign(url));
      await advanceMs(11_500);
      expect(seen.value).toMatchObject({ url, headers: {}, credentials: false, unsignedUrl: url });
    });

    test.each(['a page says so', 'a page answers, be it too late'])('is over when %s', async (how) => {
      let port: MessagePort | undefined;
      pages.open('own', (_, given) => (port ??= given));
      void outcome(signer().sign(url));
      await advanceMs(11_500);
      if (how === 'a page says so') signers.forgetPagesWithoutSigner();
      else port!.postMessage('here');
      await settle();
      pages.open('own', signing());
      expect((await ended()).value).toMatchObject(signed);
    });

    test('gives up with the player', async () => {
      pages.open('own');
      const leaving = new AbortController();
      const seen = outcome(signer().sign(url, { signal: leaving.signal }));
      await advanceMs(1500);
      leaving.abort(new Error('enough'));
      await advanceMs(1000);
      expect(seen.error).toMatchObject({ message: 'enough' });
      // it was not waited for in vain
      pages.open('own', signing());
      expect((await ended()).value).toMatchObject(signed);
    });
  });

  describe('never waits for an answer that does not come', () => {
    const silent = signing(() => undefined);

    test('from a page that was closed: another one is asked', async () => {
      pages.open('other', silent);
      pages.open('own');
      const seen = outcome(signer().sign(url));
      await advanceMs(2500);
      expect(seen, 'it may take its time').toEqual({});
      pages.close('other');
      pages.open('third', signing());
      await advanceMs(3000);
      expect(seen.value).toMatchObject(signed);
    });

    test('from pages that are closed one after the other', async () => {
      pages.open('own', silent);
      const seen = outcome(signer().sign(url));
      await advanceMs(1500);
      pages.close('own');
      pages.open('second', silent);
      await advanceMs(2500);
      pages.close('second');
      pages.open('third', silent);
      await advanceMs(2500);
      expect(seen.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    });

    /** A page that the browser freezes once it is asked: it is open, and hears no message. */
    const freezing = () => {
      let isFrozen = false;
      const listener = signing(() => void (isFrozen = true));
      return (message: unknown, port: MessagePort | undefined): void => {
        if (!isFrozen) listener(message, port);
      };
    };

    test('from a page that is open and frozen: another one is asked', async () => {
      pages.open('own', freezing());
      const seen = outcome(signer().sign(url));
      await advanceMs(4500);
      expect(seen, 'it may be busy').toEqual({});
      pages.open('other', signing());
      await advanceMs(4000);
      expect(seen.value).toMatchObject(signed);
    });

    test('from the only page, which is open and frozen', async () => {
      pages.open('own', freezing());
      const seen = outcome(signer().sign(url));
      await advanceMs(18_000);
      expect(seen.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
      expect(vi.getTimerCount()).toBe(0);
    });

    test('from the page that has signed what was refused', async () => {
      pages.open(
        'own',
        signing((question) => ('url' in (question as object) ? { signed: posted } : undefined)),
      );
      const page = signer();
      const seen = outcome(page.refused(await page.sign(url), 403));
      pages.close('own');
      await advanceMs(2000);
      expect(seen.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    });

    test('when the player has given up', async () => {
      pages.open('own', silent);
      const leaving = new AbortController();
      const seen = outcome(signer().sign(url, { signal: leaving.signal }));
      await advanceMs(1000);
      leaving.abort(new Error('enough'));
      await settle();
      expect(seen.error).toMatchObject({ message: 'enough' });
      expect(vi.getTimerCount()).toBe(0);
    });

    test('when the browser no longer tells which pages are open', async () => {
      pages.open('own', silent);
      const seen = outcome(signer().sign(url));
      await settle();
      pages.matchAll = () => Promise.reject(new Error('the worker ends'));
      await advanceMs(1500);
      expect(seen.error).toMatchObject({ message: 'the worker ends' });
      expect(vi.getTimerCount()).toBe(0);
    });

    test.each([
      ['of a later version', { signature: 'st=1' }],
      ['that is broken', { signed: { url: 7 } }],
      ['that is no object', 'st=1'],
      ['that signs nothing', { signed: undefined }],
    ])('but %s', async (_, answer) => {
      pages.open(
        'own',
        signing(() => answer),
      );
      await expect(signer().sign(url)).rejects.toMatchObject({ code: 'ERR_SIGNING_RESPONSE' });
    });

    test('takes its time where the page does, which asks an endpoint that is down', async () => {
      let port: MessagePort | undefined;
      pages.open('own', (message, given) => {
        port ??= given;
        silent(message, given);
      });
      const seen = outcome(signer().sign(url));
      await advanceMs(60_000, 1000);
      port!.postMessage({ signed: posted });
      await settle();
      expect(seen.value).toMatchObject(signed);
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
