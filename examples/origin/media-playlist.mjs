/**
 * One segment of a media playlist, with what the live origin has to know of it.
 * @typedef {object} Segment
 * @property {string} uri
 * @property {string} duration seconds, as written
 */

/**
 * @typedef {object} MediaPlaylist
 * @property {string} version
 * @property {string} targetDuration
 * @property {string | undefined} map URI of the init segment
 * @property {readonly Segment[]} segments
 */

/**
 * Reads a plain VOD playlist: durations, URIs and one init segment; not keys, not byte ranges.
 * @param {string} text
 * @returns {MediaPlaylist}
 */
export function parseMediaPlaylist(text) {
  const segments = [...text.matchAll(/^#EXTINF:([\d.]+),.*\n(?:#.*\n)*([^#\s].*)$/gm)];
  return {
    version: /^#EXT-X-VERSION:(\d+)/m.exec(text)?.[1] ?? '3',
    targetDuration: /^#EXT-X-TARGETDURATION:(\d+)/m.exec(text)?.[1] ?? '0',
    map: /^#EXT-X-MAP:.*URI="([^"]+)"/m.exec(text)?.[1],
    segments: segments.map(([, duration = '0', uri = '']) => ({ uri, duration })),
  };
}

/**
 * The media playlists a multivariant playlist names, in order, each once.
 * @param {string} text
 * @returns {string[]}
 */
export function listMediaPlaylists(text) {
  const uris = [...text.matchAll(/^#EXT-X-MEDIA:.*URI="([^"]+)"|^([^#\s].*)$/gm)];
  return [...new Set(uris.map(([, media, variant]) => media ?? variant ?? ''))];
}

/** A multivariant playlist without its subtitles. @type {(text: string) => string} */
export const withoutSubtitles = (text) =>
  text.replace(/^#EXT-X-MEDIA:.*TYPE=SUBTITLES.*\n/gm, '').replace(/,SUBTITLES="[^"]*"/g, '');
