/** A film behind an edge that the doctor examines: HLS with a key and an init segment, DASH, MP4. */
const playlist = 'application/vnd.apple.mpegurl';

const files: Record<string, readonly [type: string, body: string]> = {
  'master.m3u8': [
    playlist,
    '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio.m3u8"\n' +
      '#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO="a"\nvideo.m3u8\n',
  ],
  'video.m3u8': [
    playlist,
    '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI="key.bin"\n#EXT-X-MAP:URI="init.mp4"\n' +
      '#EXTINF:4,\ns1.m4s\n#EXTINF:4,\ns2.m4s\n#EXT-X-ENDLIST\n',
  ],
  'audio.m3u8': [playlist, '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na1.m4s\n#EXT-X-ENDLIST\n'],
  'manifest.mpd': [
    'application/dash+xml',
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT8S">' +
      '<Period><AdaptationSet mimeType="video/mp4"><SegmentTemplate initialization="init.mp4" media="s$Number$.m4s" ' +
      'duration="4" startNumber="1"/><Representation id="v" bandwidth="1000000" width="640" height="360" ' +
      'codecs="avc1.4d401f"/></AdaptationSet></Period></MPD>',
  ],
  'key.bin': ['application/octet-stream', '0123456789abcdef'],
};
const media: readonly [string, string] = ['video/mp4', 'm'.repeat(1000)];

/** Changes that the origin is asked to make to its answers. */
export interface OriginChanges {
  /** Changes the text of playlists. */
  readonly text?: (text: string, path: string) => string;
  readonly type?: (type: string, path: string) => string;
  /** Ranges are answered 200. */
  readonly withoutRanges?: boolean;
}

/** Answers as a web server with these files, for any folder. */
export function doctorOrigin({ text = (it) => it, type = (it) => it, withoutRanges = false }: OriginChanges = {}) {
  return (request: Request): Response => {
    const { pathname } = new URL(request.url);
    const name = pathname.split('/').at(-1)!;
    const [ownType, ownBody] = files[name] ?? (/\.(?:mp4|m4s)$/.test(name) ? media : []);
    if (ownType === undefined || ownBody === undefined) return new Response('no such file', { status: 404 });
    const body = text(ownBody, pathname);
    const headers = { 'content-type': type(ownType, pathname), 'accept-ranges': 'bytes' };
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '') ?? [];
    if (from !== undefined && !withoutRanges) {
      const part = body.slice(Number(from), to ? Number(to) + 1 : undefined);
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${body.length}`;
      return new Response(part, { status: 206, headers: { ...headers, 'content-range': range } });
    }
    return new Response(request.method === 'HEAD' ? null : body, { headers });
  };
}
