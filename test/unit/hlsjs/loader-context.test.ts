// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { namesAfter } from '../../support/learnt.ts';
import type { FakeLoader } from './loader-lab.ts';
import {
  MANIFEST,
  SEGMENT,
  attempts,
  fakeLoaders,
  last,
  load,
  prefixToken,
  settle,
  source,
  token,
  useSource,
} from './loader-lab.ts';

fakeLoaders();

describe('the context', () => {
  test('comes back as the very object, unsigned, in every callback; the wire gets a copy', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const run = (act: (loader: FakeLoader) => void) => {
      const onProgress = vi.fn();
      const run = load(SEGMENT, {
        callbacks: { onProgress },
        context: { headers: { a: 'b' }, rangeStart: 1, rangeEnd: 5, frag: {} },
      });
      act(last());
      return { ...run, onProgress };
    };
    const succeeded = run((inner) => {
      inner.callbacks!.onProgress!(inner.stats, inner.context!, 'chunk', inner.details);
      inner.succeed();
    });
    expect(last().context).toMatchObject({
      url: `${SEGMENT}?st=t1&e=9`,
      headers: { a: 'b' },
      rangeStart: 1,
      rangeEnd: 5,
      frag: {},
    });
    expect(succeeded.context.url).toBe(SEGMENT);
    expect(succeeded.onSuccess.mock.calls[0]![2]).toBe(succeeded.context);
    expect(succeeded.onProgress.mock.calls[0]![1]).toBe(succeeded.context);
    const failed = run((inner) => inner.fail(404));
    await settle();
    expect(failed.onError.mock.calls[0]![1]).toBe(failed.context);
    const late = run((inner) => inner.callbacks!.onTimeout(inner.stats, inner.context!, inner.details));
    expect(late.onTimeout.mock.calls[0]![1]).toBe(late.context);
    const aborted = run(() => {});
    aborted.loader.abort();
    expect(aborted.onAbort.mock.calls[0]!.slice(1)).toEqual([aborted.context, last().details]);
    expect(aborted.onAbort.mock.calls[0]![1]).toBe(aborted.context);
  });

  test('is there when load() returns, also while a token is awaited: hls.js does not load a playlist twice', () => {
    const { loader, context } = load(MANIFEST, { context: { type: 'level' } });
    expect(loader.context).toBe(context);
    expect(attempts()).toHaveLength(0);
  });

  test('the response holds the unsigned URL, also after a redirect', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken({ query: { st: 'secret' } })] });
    const { onSuccess } = load(`${SEGMENT}?a=1#f`);
    last().succeed('body', last().context!.url);
    const redirected = load();
    last().succeed('body', 'https://cdn.example/moved/s1.ts?x=2&st=secret');
    expect([onSuccess, redirected.onSuccess].map((spy) => spy.mock.calls[0]![0].url)).toEqual([
      `${SEGMENT}?a=1#f`,
      'https://cdn.example/moved/s1.ts?x=2',
    ]);
  });

  test('a response without a URL stays without: hls.js then takes that of the context', () => {
    const url = `${location.origin}/master.m3u8`;
    source.destroy();
    useSource({ protect: location.origin, tokens: [token(url)] });
    for (const answered of ['', undefined]) {
      const { onSuccess } = load(url);
      last().callbacks!.onSuccess({ url: answered!, data: '#EXTM3U\n' }, last().stats, last().context!, null);
      expect(onSuccess.mock.calls[0]![0].url).toBe(answered);
    }
  });

  test('EXT-X-DEFINE:QUERYPARAM of the token keeps the query that it reads, that of another parameter does not', () => {
    source.destroy();
    useSource({ tokens: [token(MANIFEST, { query: { st: 'secret' } })] });
    const read = load(MANIFEST);
    last().succeed('#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="st"\n');
    expect(read.onSuccess.mock.calls[0]![0].url).toBe(`${MANIFEST}?st=secret`);
    const other = load(MANIFEST);
    last().succeed('#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="session"\n');
    expect(other.onSuccess.mock.calls[0]![0].url).toBe(MANIFEST);
  });

  test('playlists teach the source the order of their URLs, from where they really came', () => {
    const learn = vi.spyOn(source, 'learn');
    load('https://free.example/list.m3u8');
    last().succeed('#EXTM3U\n#EXTINF:4,\nx\n#EXTINF:4,\ny', 'https://free.example/moved/list.m3u8');
    load('https://free.example/data.json');
    last().succeed({ json: true });
    expect(namesAfter('x', learn.mock.calls)).toEqual([
      ['https://free.example/moved/list.m3u8', ['https://free.example/moved/y']],
    ]);
  });
});

test('an xhrSetup has opened the URL with a token of its own, and the edge accepts it: the console is told once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  source.destroy();
  useSource({ tokens: [token()] });
  for (const other of ['OLD', 'OLDER']) {
    load(SEGMENT);
    Object.assign(last(), { details: { responseURL: `${SEGMENT}?st=${other}&e=9` } });
    last().succeed();
  }
  await settle();
  const lines = warn.mock.calls
    .map(([line]: unknown[]) => line)
    .filter((line) => String(line).includes('another value'));
  expect(lines).toEqual([expect.stringMatching(/another value of 'st' .*xhrSetup/)]);
});
