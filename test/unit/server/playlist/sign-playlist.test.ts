import { describe, expect, test } from 'vitest';
import { azion, signPlaylist, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const format = azion({ secret: 'mysecret' });
const playlistUrl = 'https://cdn.example.com/vod/7/master.m3u8';
const sign = (lines: string[], url = playlistUrl, by: TokenFormat = format): Promise<string> =>
  signPlaylist(lines.join('\n'), url, { format: by, expires: NOW });
/** Takes every genuine token out again, and counts them. */
const unsign = async (text: string, url = playlistUrl): Promise<{ text: string; signed: number }> => {
  let signed = 0;
  const pattern = /([^"\s]*?)([?&])st=[\w-]{22}&e=1795500000/g;
  for (const [whole] of text.matchAll(pattern)) {
    const verdict = await verifyUrl(new URL(whole, url), { format, now: NOW });
    expect(verdict, whole).toMatchObject({ ok: true });
    signed++;
  }
  return { text: text.replace(pattern, '$1'), signed };
};

describe('signPlaylist', () => {
  test('refuses a path of more than 2,048 characters, however it is written, and looks at no query', async () => {
    const of = (pathname: string, rest = ''): Promise<string> =>
      signPlaylist('seg.ts', `https://c.example.com${pathname}${rest}`, { format, expires: NOW });
    const longest = `/${'a'.repeat(2047)}`;
    expect(await of(longest, `?${'a'.repeat(5000)}`)).toContain('seg.ts?');
    for (const longer of [`${longest}a`, `/${'%20'.repeat(683)}`, `/${'é'.repeat(342)}`])
      await expect(of(longer)).rejects.toMatchObject({
        code: 'ERR_OPTIONS',
        message: expect.stringMatching(/^playlistUrl: .*2048/),
      });
  });

  test('signs every URI of a multivariant playlist and changes nothing else', async () => {
    const lines = [
      '#EXTM3U',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '# a comment about audio.m3u8',
      '',
      '#EXT-X-SESSION-DATA:DATA-ID="com.example",URI="data.json",LANGUAGE="en"',
      '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="key.bin"',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="/steering.json",PATHWAY-ID="a"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aud",NAME="English, URI",URI="audio/en.m3u8"',
      '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,CODECS="avc1.4d401f,mp4a.40.2",URI="iframe.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1280000,AUDIO="aud"',
      'low/index.m3u8?x=1',
      '#EXT-X-STREAM-INF:BANDWIDTH=2560000,AUDIO="aud"',
      'https://cdn.example.com/vod/7/hi/index.m3u8#t',
    ];
    const signed = await sign(lines);
    expect(signed).toMatch(/low\/index\.m3u8\?x=1&st=[\w-]{22}&e=1795500000\n/);
    expect(signed).toMatch(/hi\/index\.m3u8\?st=[\w-]{22}&e=1795500000#t$/);
    expect(await unsign(signed)).toEqual({ text: lines.join('\n'), signed: 7 });
  });

  test('signs every URI of a low-latency media playlist, byte ranges and line ends kept', async () => {
    const text = [
      '#EXTM3U',
      '#EXT-X-VERSION:9',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0',
      '#EXT-X-KEY:METHOD=AES-128,URI="k/1.key",IV=0x1',
      '#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"',
      '#EXTINF:4.0,title, with "quotes" and URI="no.ts"',
      '#EXT-X-BYTERANGE:100@720',
      'main.mp4',
      '#EXTINF:4.0,',
      '#EXT-X-BYTERANGE:100',
      'main.mp4',
      '#EXT-X-PART:DURATION=0.5,URI="p1.mp4",BYTERANGE="20@0",INDEPENDENT=YES',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p2.mp4",BYTERANGE-START=20',
      '#EXT-X-RENDITION-REPORT:URI="../hi/index.m3u8",LAST-MSN=5,LAST-PART=1',
      '#EXT-X-DATERANGE:ID="ad",X-ASSET-URI="../../ads/1.m3u8",X-ASSET-LIST="/list.json"',
      '',
    ].join('\r\n');
    const signed = await signPlaylist(text, playlistUrl, { format, expires: NOW });
    const result = await unsign(signed);
    expect(result.signed).toBe(9);
    expect(result.text).toBe(text);
  });

  test('leaves other hosts, other schemes and unsignable paths alone', async () => {
    const lines = [
      '#EXTM3U',
      '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key",KEYFORMAT="com.apple.streamingkeydelivery"',
      '#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI="data:text/plain;base64,AA=="',
      'https://ads.example/1.ts',
      '//ads.example/2.ts',
      'http://cdn.example.com/plain.ts',
      'https://cdn.example.com:8443/port.ts',
      'a%2Fb.ts',
      'http://[',
      'x//y.ts',
    ];
    expect(await sign(lines)).toBe(lines.join('\n'));
  });

  test('variables: the real path is signed and written', async () => {
    const lines = [
      '#EXTM3U',
      '#EXT-X-DEFINE:NAME="dir",VALUE="x/y"',
      '#EXT-X-DEFINE:QUERYPARAM="user"',
      '#EXT-X-DEFINE:IMPORT="from-master"',
      '{$dir}/{$user}.ts',
      '{$from-master}/1.ts',
      '{$unknown}/2.ts',
      'plain.ts',
    ];
    const signed = await unsign(await sign(lines, `${playlistUrl}?user=me`));
    expect(signed.text.split('\n').slice(4)).toEqual([
      'x/y/me.ts',
      '{$from-master}/1.ts',
      '{$unknown}/2.ts',
      'plain.ts',
    ]);
    expect(signed.signed).toBe(2);
  });

  test("what a viewer writes into the playlist's own query leads no signature to another file", async () => {
    const lines = [
      '#EXT-X-DEFINE:QUERYPARAM="q"',
      '#EXT-X-DEFINE:NAME="n",VALUE="{$q}"',
      'seg-{$q}.ts',
      '{$n}',
      'seg.ts?auth={$q}',
    ];
    for (const [value, count] of [
      ['x/../../../premium/film.mp4?', 1],
      ['..', 1],
      ['%2e%2e', 1],
      ['/premium', 1],
      ['?', 1],
      ['"\n/premium/film.mp4', 0],
      ['hd.1', 3],
      ['', 1],
    ] as const) {
      const text = await sign(lines, `${playlistUrl}?q=${encodeURIComponent(value)}`);
      expect((await unsign(text)).signed, value).toBe(count);
      expect(text.split('\n'), value).toHaveLength(lines.length);
    }
  });

  test('what variables bring into a playlist is bounded by its own length', async () => {
    const long = 'x'.repeat(8000);
    const uses = '{$a}\n'.repeat(13_000);
    const text = `#EXTM3U\n#EXT-X-DEFINE:NAME="a",VALUE="${long}"\n${uses}`;
    const signed = await signPlaylist(text, playlistUrl, { format, expires: NOW });
    expect(signed.length).toBeLessThan(10 * text.length);
    expect(signed.split('\n')[2]).toMatch(/^x{8000}\?st=/);
    // beyond the bound a URI stays as it was written
    expect(signed.trim().split('\n').at(-1)).toBe('{$a}');
  });

  test('a token in the path is inherited by relative URIs and written into the others', async () => {
    const inPath: TokenFormat = {
      name: 'in-path',
      scope: 'prefix',
      sign: (_, expires) => ({
        prefix: 'https://cdn.example.com/vod/',
        base: 'https://cdn.example.com/t=1/vod/',
        expires,
      }),
      verify: () => ({ ok: false, status: 403, reason: 'missing' }),
    };
    const lines = [
      'seg.ts',
      '../8/seg.ts',
      '/vod/7/abs.ts',
      'https://cdn.example.com/vod/7/full.ts',
      '../../elsewhere.ts',
    ];
    const signed = signPlaylist(lines.slice(0, 4).join('\n'), playlistUrl, { format: inPath, expires: NOW });
    expect((await signed).split('\n')).toEqual([
      'seg.ts',
      '../8/seg.ts',
      'https://cdn.example.com/t=1/vod/7/abs.ts',
      'https://cdn.example.com/t=1/vod/7/full.ts',
    ]);
  });

  test('a format that travels in headers is refused, a format that fails is not hidden', async () => {
    const inHeader = { ...format, sign: () => ({ expires: NOW, headers: { A: 'b' } }) };
    await expect(sign(['seg.ts'], playlistUrl, inHeader)).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    const broken = { ...format, sign: () => Promise.reject(new Error('no key')) };
    await expect(sign(['seg.ts'], playlistUrl, broken)).rejects.toThrow('no key');
    const sayingNo = (option: string) => () => {
      throw Object.assign(new Error('no'), { name: 'SecureTokenError', code: 'ERR_OPTIONS', option });
    };
    await expect(sign(['1.ts'], playlistUrl, { ...format, sign: sayingNo('keys') })).rejects.toThrow('no');
    expect(await sign(['1.ts'], playlistUrl, { ...format, sign: sayingNo('url') })).toBe('1.ts');
  });
});
