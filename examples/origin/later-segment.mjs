import { bytesOf } from './bytes-response.mjs';
import { memoryContent } from './memory-content.mjs';
import { find, readUint32 } from './mp4-boxes.mjs';

/**
 * A segment of fMP4 as it would be `seconds` later in the same film: its decode times go on, where those of a file that
 * is played once more begin again.
 * @param {import('./bytes-response.mjs').Content} content one track, its index in front
 * @param {number} seconds
 * @returns {Promise<import('./bytes-response.mjs').Content>}
 */
export async function laterSegment(content, seconds) {
  // a copy: what is read may be kept
  const bytes = new Uint8Array(await bytesOf(content));
  const index = find(bytes, 'sidx');
  const ticks = BigInt(Math.round(seconds * readUint32(index, 16)));
  for (const time of [index.subarray(20), find(bytes, 'tfdt').subarray(12)]) {
    const view = new DataView(time.buffer, time.byteOffset);
    view.setBigUint64(0, view.getBigUint64(0) + ticks);
  }
  return memoryContent(bytes, content);
}

/**
 * A segment of WebVTT as it would be `seconds` later: its cues are placed by `X-TIMESTAMP-MAP` (RFC 8216, 3.5).
 * @param {import('./bytes-response.mjs').Content} content
 * @param {number} seconds
 * @returns {Promise<import('./bytes-response.mjs').Content>}
 */
export async function laterSubtitles(content, seconds) {
  const text = new TextDecoder().decode(await bytesOf(content));
  const later = text.replace(/(?<=MPEGTS:)\d+/, (ticks) => String(Number(ticks) + seconds * 90_000));
  return memoryContent(later, content);
}
