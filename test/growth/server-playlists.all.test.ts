import { describe, expect, test } from 'vitest';
import { createSigningEndpoint, signPlaylist } from '../../packages/server/src/index.ts';
import { cheap } from '../support/cheap-format.ts';
import { expectLinear, repeated } from '../support/growth.ts';
import { HOST, NOW, post } from '../support/signing-endpoint.ts';

const playlistUrl = `${HOST}/vod/7/index.m3u8`;
const head = '#EXTM3U\n';
const lines = (length: number, line: (i: number) => string): string => {
  let text = head;
  for (let i = 0; text.length < length; i++) text += `${line(i)}\n`;
  return text;
};

describe('signPlaylist, 256 KiB to 1 MiB', () => {
  const MiB = 1_048_576;
  const asked = '#EXT-X-DEFINE:QUERYPARAM="a"\n';
  const playlists: Record<string, (length: number) => [text: string, url?: string]> = {
    segments: (n) => [lines(n, (i) => `#EXTINF:4,\nsegment${i}.m4s`)],
    'the shortest URIs, below a long query': (n) => [lines(n, () => 'a'), `${playlistUrl}?${'x'.repeat(8000)}`],
    'one URI with its token many times': (n) => [`${head}a?${repeated('st=1&x&', n)}`],
    'an empty variable in one line': (n) => [head + asked + repeated('{$a}', n), `${playlistUrl}?a=`],
    'an empty variable behind a long name': (n) => [
      head + asked + 'x'.repeat(8000) + repeated('{$a}', n),
      `${playlistUrl}?a=`,
    ],
    'an empty variable in every line': (n) => [
      head + asked + repeated(`${'x'.repeat(4000)}${'{$a}'.repeat(1000)}\n`, n),
      `${playlistUrl}?a=`,
    ],
    'variables made of variables': (n) => [lines(n, (i) => `#EXT-X-DEFINE:NAME="v${i + 1}",VALUE="x{$v${i}}"`)],
    'a query of many parameters, asked for many times': (n) => [
      lines(n, () => '#EXT-X-DEFINE:QUERYPARAM="zz"'),
      `${playlistUrl}?${repeated('a=1&', 8000)}zz=1`,
    ],
    'variables that never end': (n) => [head + repeated('{$', n)],
    'URI attributes in one line': (n) => [`${head}#EXT-X-MAP:${repeated('URI="a",', n)}`],
    'an attribute that does not end': (n) => [`${head}#EXT-X-A:B="${repeated('A', n)}`],
    'quotes that do not close': (n) => [`${head}#EXT-X-MAP:A="${repeated('"', n - 1)}`],
    'attributes of quotes': (n) => [`${head}#EXT-X-MAP:${repeated('A="', n)}`],
    'a DASH manifest': (n) => [
      `<MPD><BaseURL>a/</BaseURL>${repeated('<Representation id="a"><BaseURL>b.mp4</BaseURL></Representation>\n', n)}`,
    ],
    'URIs that lead up': (n) => [lines(n, (i) => `${'../'.repeat(i % 50)}${i}.ts`)],
    'a line of spaces, then of letters': (n) => [head + ' '.repeat(n / 2) + 'a'.repeat(n / 2)],
  };
  test.each(Object.entries(playlists))(
    '%s',
    async (_, make) => {
      const work = (length: number): (() => Promise<string>) => {
        const [text, url = playlistUrl] = make(length);
        return () => signPlaylist(text, url, { format: cheap, expires: NOW });
      };
      await expectLinear(work, MiB / 4);
    },
    60_000,
  );
});

describe('expand, 256 KiB to 1 MiB, of which no more is read', () => {
  const playlists: Record<string, (i: number) => string> = {
    segments: (i) => `#EXTINF:4,\nsegment${i}.m4s`,
    variants: (i) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${i}.m3u8`,
    parts: (i) => `#EXT-X-PART:URI="${i}.mp4"`,
    keys: (i) => `#EXT-X-KEY:URI="${i}.key"\n${i}.m4s`,
    'a DASH manifest that pretends to be a playlist': (i) => `<S d="${i}" URI="${i}.mp4"/>`,
    'URIs that lead up': (i) => `#EXTINF:4,\n${'../'.repeat(i % 50)}${i}.m4s`,
    'variables in the name of each segment': (i) => (i === 0 ? '#EXT-X-DEFINE:QUERYPARAM="a"' : 'x{$a}'),
  };
  test.each(Object.entries(playlists))(
    '%s',
    async (_, line) => {
      const work = (length: number): (() => Promise<unknown>) => {
        const text = lines(length, line).slice(0, length);
        const endpoint = createSigningEndpoint({
          format: cheap,
          authorize: () => true,
          allow: `${HOST}/vod/`,
          ttl: 300,
          // forgets what it has read before
          clock: ((nowMs) => () => {
            nowMs += 2000;
            return nowMs;
          })(NOW * 1000),
          expand: {
            fetch: async (url) =>
              new Response(url.includes('index') ? text : null, { status: url.includes('index') ? 200 : 404 }),
          },
        });
        return async () => {
          expect((await endpoint(post({ urls: [`${playlistUrl}?a=${'x'.repeat(4000)}`] }))).status).toBe(200);
        };
      };
      await expectLinear(work, 262_144);
    },
    60_000,
  );
});
