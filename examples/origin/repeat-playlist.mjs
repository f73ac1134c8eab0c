const firstOfSegments = /^#EXT(?:INF|-X-(?:KEY|MAP|BYTERANGE|PROGRAM-DATE-TIME|DISCONTINUITY))\b/m;

/**
 * A media playlist that plays its segments `times` times; the URIs of repetition `n` begin with `r<n>/`. Other
 * playlists stay as they are.
 * @param {string} text
 * @param {number} times
 * @returns {string}
 */
export function repeatPlaylist(text, times) {
  const start = text.search(firstOfSegments);
  const end = text.indexOf('#EXT-X-ENDLIST');
  if (start === -1 || end === -1) return text;
  const body = text.slice(start, end);
  const repetitions = Array.from({ length: times - 1 }, (_, index) => {
    const folder = `r${index + 1}/`;
    return '#EXT-X-DISCONTINUITY\n' + body.replace(/(?<=URI=")|^(?=[^#\s])/gm, folder);
  });
  return text.slice(0, end) + repetitions.join('') + text.slice(end);
}
