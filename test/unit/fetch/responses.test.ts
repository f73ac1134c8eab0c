import { describe, expect, test, vi } from 'vitest';
import { namesAfter } from '../../support/learnt.ts';
import { answer, fetchLab } from './fetch-lab.ts';

const lab = fetchLab();
/** Ends what hangs. */
const patient = { timeout: 30_000 };

describe('a response', () => {
  test('is a real one, of the unsigned URL, and so are its clones', async () => {
    const url = lab.now.url('vod/1.m4s?a=1');
    const response = await lab.now.secure(url);
    const clone = response.clone();
    const second = clone.clone();
    for (const one of [response, clone, second]) {
      expect(one).toBeInstanceOf(Response);
      expect(one).toMatchObject({ url, redirected: false, status: 200 });
      expect(await one.text()).toBe('media');
    }
  });

  test('that was redirected has the URL in the end, without a token', async () => {
    lab.now.answers.push(answer('', { location: '/vod/2.m4s?st=t1&b=2' }, 302));
    expect(await lab.now.secure(lab.now.url('vod/1.m4s'))).toMatchObject({
      url: lab.now.url('vod/2.m4s?b=2'),
      redirected: true,
    });
  });

  test('with a token in its path', async () => {
    lab.now.carrier = { base: lab.now.url('t1/') };
    expect(await lab.now.secure(lab.now.url('vod/1.m4s'))).toMatchObject({ url: lab.now.url('vod/1.m4s') });
    expect(lab.now.seen).toEqual(['/t1/1.m4s']);
  });

  test('that never comes, with the signed URL in the reason: the app gets one without', async () => {
    lab.now.fetch.mockImplementation((input) => Promise.reject(new TypeError(`cannot fetch ${input as string}`)));
    const failed = lab.now.secure(lab.now.url('vod/1.m4s'));
    await expect(failed).rejects.toThrow(TypeError);
    await expect(failed).rejects.not.toThrow('st=t');
  });

  test('is there before its body is', async () => {
    let end!: () => void;
    lab.now.answers.push((_, response) => {
      response.writeHead(200).write('first');
      end = () => response.end('last');
    });
    const reader = (await lab.now.secure(lab.now.url('vod/1.m4s'))).body!.getReader();
    expect(String(Buffer.from((await reader.read()).value!))).toBe('first');
    end();
    expect(String(Buffer.from((await reader.read()).value!))).toBe('last');
  });
});

describe('a playlist', () => {
  const media = '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts\n';
  const segments = '<SegmentList duration="4"><SegmentURL media="1.ts"/><SegmentURL media="2.ts"/></SegmentList>';
  const manifest = `<MPD><Period><AdaptationSet><Representation id="1">${segments}</Representation></AdaptationSet></Period></MPD>`;
  const learned = () => vi.spyOn(lab.now.source, 'learn');

  test.each([
    ['by its name', 'vod/i.m3u8?x=1', {}],
    ['by its type', 'vod/i', { 'content-type': 'application/vnd.apple.mpegurl; charset=utf-8' }],
    ['by an older type', 'vod/i', { 'content-type': 'audio/x-MPEGURL' }],
    ['of DASH by its name', 'vod/i.mpd', {}],
    ['of DASH by its type', 'vod/i', { 'content-type': 'application/dash+xml' }],
  ])('is learned, and read by the player: %s', async (_, path, headers) => {
    const learn = learned();
    const text = /dash|mpd/.test(path + JSON.stringify(headers)) ? manifest : media;
    lab.now.answers.push(answer(text, headers));
    expect(await (await lab.now.secure(lab.now.url(path))).text()).toBe(text);
    await vi.waitFor(
      () => expect(namesAfter('1.ts', learn.mock.calls)).toEqual([[lab.now.url(path), [lab.now.url('vod/2.ts')]]]),
      patient,
    );
  });

  test('is learned from where it was redirected to', async () => {
    const learn = learned();
    lab.now.answers.push(answer('', { location: '/vod/b/i.m3u8' }, 302), answer(media));
    await lab.now.secure(lab.now.url('vod/i.m3u8'));
    await vi.waitFor(
      () =>
        expect(namesAfter('1.ts', learn.mock.calls)).toEqual([
          [lab.now.url('vod/b/i.m3u8'), [lab.now.url('vod/b/2.ts')]],
        ]),
      patient,
    );
  });

  // which of the two gets the end of a body first differs between browsers, and with the length of the body
  test.each(['arrayBuffer', 'blob', 'json', 'text'] as const)(
    'is learned before the player has read it with %s(), also where its copy comes first',
    async (method) => {
      const order: string[] = [];
      learned().mockImplementation(() => void order.push('learned'));
      const response = new Response('"#EXTM3U"');
      const cloneNow = response.clone.bind(response);
      const endsLate = { flush: () => new Promise<void>((resolve) => void setImmediate(resolve)) };
      response.clone = () => new Response(cloneNow().body!.pipeThrough(new TransformStream(endsLate)));
      lab.now.fetch.mockResolvedValueOnce(response);
      await (await lab.now.secure(lab.now.url('vod/i.m3u8')))[method]();
      order.push('read');
      expect(order).toEqual(['learned', 'read']);
    },
  );

  test.each([
    ['a segment', 'vod/1.ts', {}, 200],
    ['a part of one', 'vod/i.m3u8', { 'content-range': 'bytes 0-3/9' }, 206],
    ['what is not there', 'vod/i.m3u8', {}, 404],
  ])('nothing else is read: %s', async (_, path, headers, status) => {
    const learn = learned();
    lab.now.answers.push(answer(media, headers, status));
    const response = await lab.now.secure(lab.now.url(path));
    const reader = response.body!.getReader();
    while (!(await reader.read()).done);
    expect(learn).not.toHaveBeenCalled();
  });

  test('one without an end is read up to a limit, and goes on for the player', async () => {
    const learn = learned();
    const piece = new Uint8Array(2 ** 20).fill(35);
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(piece);
      },
    });
    lab.now.fetch.mockResolvedValueOnce(new Response(endless));
    const response = await lab.now.secure(lab.now.url('vod/i.m3u8'));
    await vi.waitFor(() => expect(pulled).toBeGreaterThan(10), patient);
    const before = pulled;
    const reader = response.body!.getReader();
    for (let read = 0; read < 30; read++) expect((await reader.read()).done).toBe(false);
    expect(before).toBeLessThan(14);
    expect(learn).not.toHaveBeenCalled();
  });

  test('one that breaks off is for the player to notice', async () => {
    const learn = learned();
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('gone')) });
    lab.now.fetch.mockResolvedValueOnce(new Response(broken));
    const response = await lab.now.secure(lab.now.url('vod/i.m3u8'));
    await expect(response.text()).rejects.toThrow('gone');
    expect(learn).not.toHaveBeenCalled();
  });

  test('a second reader of one that is still coming hears of that at once', async () => {
    let end!: () => void;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('#EXTM3U'));
        end = () => controller.close();
      },
    });
    lab.now.fetch.mockResolvedValueOnce(new Response(body));
    const response = await lab.now.secure(lab.now.url('vod/i.m3u8'));
    const first = response.text();
    await expect(response.text()).rejects.toThrow(TypeError);
    end();
    expect(await first).toBe('#EXTM3U');
  });

  test('what it names is signed ahead', async () => {
    lab.now.getTokens = ({ urls }) =>
      Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 't' } })));
    lab.now.answers.push(answer('#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts\n#EXTINF:4,\n3.ts\n#EXT-X-ENDLIST'));
    await (await lab.now.secure(lab.now.url('vod/i.m3u8'))).text();
    for (const name of ['1.ts', '2.ts', '3.ts']) await lab.now.secure(lab.now.url(`vod/${name}`));
    const named = ['vod/1.ts', 'vod/2.ts', 'vod/3.ts'].map((path) => lab.now.url(path));
    expect(lab.now.asked).toEqual([[lab.now.url('vod/i.m3u8')], named]);
  });
});
