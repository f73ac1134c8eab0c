import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { examine } from '../../../packages/cli/src/doctor.ts';
import { listedFiles } from '../../../packages/cli/src/doctor/ask/listed-files.ts';

const url = 'https://cdn.example.com/vod/x.mpd?st=a';
const folder = 'https://cdn.example.com/vod/';
const set = (content: string, type = 'video/mp4'): string =>
  `<AdaptationSet mimeType="${type}" contentType="${type.split('/')[0]}" lang="en">${content}</AdaptationSet>`;
const mpd = (content: string, attributes = 'mediaPresentationDuration="PT1H"'): string =>
  `<?xml version="1.0"?><MPD ${attributes}><Period>${content}</Period></MPD>`;
const representation = '<Representation id="v" bandwidth="1"/>';
const template = (name: string, more = 'duration="2"'): string =>
  `<SegmentTemplate media="${name}-$Number$.m4s" initialization="${name}-i.mp4" ${more}/>${representation}`;
const live = 'type="dynamic" minimumUpdatePeriod="PT2S" availabilityStartTime="1970-01-01T00:00:00Z"';

// a busy machine may take longer than the limits of the doctor
beforeEach(() => {
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a manifest names one file of each kind', () => {
  test('the init segment and the first segment of video, audio and subtitles', async () => {
    const text = mpd(set(template('v')) + set(template('a'), 'audio/mp4') + set(template('t'), 'text/vtt'));
    expect(await listedFiles(text, url)).toEqual(
      ['v', 'a', 't'].flatMap((name) => [
        { kind: 'init segment', url: `${folder}${name}-i.mp4` },
        { kind: 'segment', url: `${folder}${name}-1.m4s` },
      ]),
    );
  });

  test('the last segment, if it is live', async () => {
    const timeline = '<SegmentTimeline><S t="0" d="2" r="9"/></SegmentTimeline>';
    const text = mpd(set(`<SegmentTemplate media="$Time$.m4s">${timeline}</SegmentTemplate>${representation}`), live);
    expect(await listedFiles(text, url)).toEqual([{ kind: 'segment', url: `${folder}18.m4s` }]);
  });

  test('the file of a representation that is one file', async () => {
    const text = mpd(set(`<Representation id="v" bandwidth="1"><BaseURL>v.mp4</BaseURL></Representation>`));
    expect(await listedFiles(text, url)).toEqual([{ kind: 'segment', url: `${folder}v.mp4` }]);
  });
});

describe('a manifest that the parser cannot read names none, and the doctor goes on', () => {
  test('two billion segments', async () => {
    const text = mpd(set(template('v', 'duration="2" endNumber="2000000000"')));
    expect(await listedFiles(text, url)).toEqual([]);
  });

  test('the parser takes more than four seconds', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    expect(await listedFiles(mpd(set(template('v'))), url)).toEqual([]);
    expect(timeout.mock.calls).toEqual([[4000]]);
  });

  test.each([
    ['no XML', '<?xml'],
    ['another document', '<html/>'],
    ['no text', ''],
  ])('%s', async (_, text) => {
    expect(await listedFiles(text, url)).toEqual([]);
  });
});

/** Runs the doctor for `path` of a server, and returns the paths that it requests. */
async function requestedFor(path: string, files: Record<string, string>): Promise<Set<string>> {
  const paths = new Set<string>();
  const server = createServer(({ url = '' }, response) => {
    paths.add(url);
    response.end(files[url] ?? 'a');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await examine({ url: `http://127.0.0.1:${port}${path}` });
  server.close();
  return paths;
}

test('a manifest that a playlist names is requested, and not read: one manifest takes one process', async () => {
  const playlist = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.mpd\n';
  const requested = await requestedFor('/a.m3u8', { '/a.m3u8': playlist, '/v.mpd': mpd(set(template('v'))) });
  expect(requested).toEqual(new Set(['/a.m3u8', '/v.mpd']));
});

test('a URL in a manifest that is none is left out', async () => {
  const text = mpd(set(template('v').replace('v-$Number$.m4s', 'https://[')));
  expect(await requestedFor('/a.mpd', { '/a.mpd': text })).toEqual(new Set(['/a.mpd', '/v-i.mp4']));
});
