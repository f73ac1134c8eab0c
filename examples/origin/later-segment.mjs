import { memoryContent } from './memory-content.mjs';
import { find } from './mp4-boxes.mjs';

/**
 * A segment of fMP4 as it would be `seconds` later in the same film: its decode times go on, where those of a file that
 * is played once more begin again.
 * @param {import('./bytes-response.mjs').Content} content one track, its index in front
 * @param {number} seconds
 * @returns {Promise<import('./bytes-response.mjs').Content>}
 */
export async function laterSegment(content, seconds) {
  const bytes = Buffer.from(await new Response(content.read(0, content.size)).arrayBuffer());
  const index = find(bytes, 'sidx');
  const times = [index.subarray(20), find(bytes, 'tfdt').subarray(12)];
  const ticks = BigInt(Math.round(seconds * index.readUInt32BE(16)));
  for (const time of times) time.writeBigUInt64BE(time.readBigUInt64BE() + ticks);
  return memoryContent(bytes, content);
}

/**
 * A segment of WebVTT as it would be `seconds` later: its cues are placed by `X-TIMESTAMP-MAP` (RFC 8216, 3.5).
 * @param {import('./bytes-response.mjs').Content} content
 * @param {number} seconds
 * @returns {Promise<import('./bytes-response.mjs').Content>}
 */
export async function laterSubtitles(content, seconds) {
  const text = await new Response(content.read(0, content.size)).text();
  const later = text.replace(/(?<=MPEGTS:)\d+/, (ticks) => String(Number(ticks) + seconds * 90_000));
  return memoryContent(later, content);
}
