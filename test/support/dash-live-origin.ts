import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';

/** Seconds of the media: ten segments of two seconds. */
const FILM_SECONDS = 20;

/** One turn of the film. Its folder is only a name: each turn has URLs of its own. */
const period = (turn: number, lowLatency: boolean): string => {
  const early = lowLatency ? ' availabilityTimeOffset="1.5" availabilityTimeComplete="false"' : '';
  const template = `<SegmentTemplate timescale="1" duration="2" startNumber="1"${early}
        initialization="init-$RepresentationID$.m4s" media="s-$RepresentationID$-$Number$.m4s"/>`;
  return `
  <Period id="${turn}" start="PT${turn * FILM_SECONDS}S">
    <BaseURL>turn-${turn}/</BaseURL>
    <AdaptationSet id="0" contentType="video" segmentAlignment="true">
      ${template}
      <Representation id="0" mimeType="video/mp4" codecs="avc1.4d4015" bandwidth="5502" width="320" height="180"/>
      <Representation id="1" mimeType="video/mp4" codecs="avc1.4d401f" bandwidth="11042" width="640" height="360"/>
    </AdaptationSet>
    <AdaptationSet id="1" contentType="audio" segmentAlignment="true">
      ${template}
      <Representation id="2" mimeType="audio/mp4" codecs="mp4a.40.2" bandwidth="13482" audioSamplingRate="32000"/>
    </AdaptationSet>
  </Period>`;
};

const FILM_TURNS = 30;

const film = (): string => `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"
  mediaPresentationDuration="PT${FILM_TURNS * FILM_SECONDS}S" minBufferTime="PT2S">
  ${Array.from({ length: FILM_TURNS }, (_, turn) => period(turn, false)).join('')}
</MPD>`;

/**
 * The DASH media of `root` as an endless live stream, whose manifests tell the time: `index.mpd`, and `chunked.mpd`,
 * whose segments dash.js reads while they arrive. `film.mpd` is a film of ten minutes.
 * @param options.windowSeconds of the live stream; a period of it has just begun. @default 14
 */
export function createDashLiveOrigin({
  root,
  base,
  windowSeconds = 14,
}: {
  root: string;
  base: string;
  windowSeconds?: number;
}): (request: Request) => Promise<Response> {
  const files = createVodOrigin({ root, base });
  const startedAt = Date.now() - 2 * FILM_SECONDS * 1000;

  const manifest = (lowLatency: boolean): string => {
    const seconds = (Date.now() - startedAt) / 1000;
    const first = Math.floor((seconds - windowSeconds) / FILM_SECONDS);
    const last = Math.floor((seconds + 6) / FILM_SECONDS);
    const turns = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    return `<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic"
  availabilityStartTime="${new Date(startedAt).toISOString()}" publishTime="${new Date().toISOString()}"
  minimumUpdatePeriod="PT2S" minBufferTime="PT2S" timeShiftBufferDepth="PT${windowSeconds}S"
  suggestedPresentationDelay="PT4S">
  ${turns.map((turn) => period(turn, lowLatency)).join('')}
  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="${new Date().toISOString()}"/>
</MPD>`;
  };

  return async (request) => {
    const url = new URL(request.url);
    const name = url.pathname.slice(base.length);
    if (name.endsWith('.mpd')) {
      const text = name === 'film.mpd' ? film() : manifest(name === 'chunked.mpd');
      return new Response(text, { headers: { 'Content-Type': 'application/dash+xml' } });
    }
    url.pathname = base + name.replace(/^turn-\d+\//, '');
    return files(new Request(url, request));
  };
}
