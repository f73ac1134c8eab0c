/**
 * The division of a low-latency stream into segments and parts. Parts are counted through the whole stream: part `n` is
 * in segment `floor(n / partsPerSegment)`.
 * @typedef {object} LowLatencyLayout
 * @property {number} partsPerSegment
 * @property {number} partSeconds
 * @property {number} segmentsPerLoop after which the recording begins again
 * @property {number} windowSegments whole segments in a playlist
 * @property {number} birth unix ms at which part 0 began
 */

/** A delta update leaves out what is older than this many segment durations: the least RFC 8216bis allows. */
const skipAfter = 6;
/** Parts of older segments are of no use to a player near the edge (RFC 8216bis §6.2.2: three segment durations). */
const segmentsWithParts = 3;

/**
 * @param {LowLatencyLayout} layout
 * @param {number} available parts that have ended
 * @param {{ delta?: boolean }} [options] `delta`: without the older segments, which the player has
 * @returns {string}
 */
export function lowLatencyPlaylist(layout, available, { delta = false } = {}) {
  const { partsPerSegment, partSeconds, segmentsPerLoop, windowSegments, birth } = layout;
  const segmentSeconds = partsPerSegment * partSeconds;
  const current = Math.floor(available / partsPerSegment);
  const first = Math.max(0, current - windowSegments);
  const skipped = delta ? Math.max(0, current - first - skipAfter) : 0;
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${Math.ceil(segmentSeconds)}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(3 * partSeconds).toFixed(3)},` +
      `CAN-SKIP-UNTIL=${(skipAfter * Math.ceil(segmentSeconds)).toFixed(1)}`,
    `#EXT-X-PART-INF:PART-TARGET=${partSeconds.toFixed(3)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${Math.max(0, Math.floor((first - 1) / segmentsPerLoop))}`,
    '#EXT-X-MAP:URI="init.mp4"',
    ...(skipped > 0 ? [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`] : []),
  ];
  for (let segment = first + skipped; segment <= current; segment++) {
    const time = new Date(birth + segment * segmentSeconds * 1000).toISOString();
    const parts = segment < current ? partsPerSegment : available % partsPerSegment;
    // These stand before the first part of a segment, and so before a hint at it.
    if (segment > 0 && segment % segmentsPerLoop === 0) lines.push('#EXT-X-DISCONTINUITY');
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${time}`);
    for (let part = 0; segment >= current - segmentsWithParts && part < parts; part++) {
      lines.push(`#EXT-X-PART:DURATION=${partSeconds.toFixed(3)},INDEPENDENT=YES,URI="p${segment}.${part}.m4s"`);
    }
    if (segment < current) lines.push(`#EXTINF:${segmentSeconds.toFixed(3)},`, `s${segment}.m4s`);
  }
  lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p${current}.${available % partsPerSegment}.m4s"`, '');
  return lines.join('\n');
}
