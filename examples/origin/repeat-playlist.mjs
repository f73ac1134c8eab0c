/** Matches the tags that a repetition on one continuous timeline leaves out. */
const newTimes = /^#EXT-X-(?:DISCONTINUITY|MAP)\b.*\n/gm;
const firstOfSegments = /^#EXT(?:INF|-X-(?:KEY|MAP|BYTERANGE|PROGRAM-DATE-TIME|DISCONTINUITY))\b/m;

/**
 * A media playlist that plays its segments `times` times; the URIs of repetition `n` begin with `r<n>/`. Other
 * playlists stay as they are.
 * @param {string} text
 * @param {number} times
 * @param {{ continuous?: boolean }} [options] continuous: times go on from one repetition to the next
 * @returns {string}
 */
export function repeatPlaylist(text, times, { continuous = false } = {}) {
  const start = text.search(firstOfSegments);
  const end = text.indexOf('#EXT-X-ENDLIST');
  if (start === -1 || end === -1) return text;
  const body = text.slice(start, end);
  const repetitions = Array.from({ length: times - 1 }, (_, index) => {
    const repeated = body.replace(/(?<=URI=")|^(?=[^#\s])/gm, `r${index + 1}/`);
    return continuous ? repeated.replace(newTimes, '') : '#EXT-X-DISCONTINUITY\n' + repeated;
  });
  return text.slice(0, end) + repetitions.join('') + text.slice(end);
}
