/**
 * Reads the delivery directives of a reload (RFC 8216bis §6.2.5).
 * @param {URLSearchParams} query
 * @param {{ partsPerSegment: number, partSeconds: number }} layout
 * @param {number} available parts of the stream that have ended
 * @returns {{ parts: number, delta: boolean } | undefined} how many parts of the stream must have ended before the
 *   answer; nothing for a request that deserves a 400
 */
export function readReload(query, { partsPerSegment, partSeconds }, available) {
  const segment = readNumber(query.get('_HLS_msn'));
  const part = readNumber(query.get('_HLS_part'));
  const skip = query.get('_HLS_skip');
  const delta = skip === 'YES' || skip === 'v2';
  if (Number.isNaN(segment) || Number.isNaN(part) || (part !== undefined && segment === undefined)) return undefined;
  if (segment === undefined) return { parts: 0, delta };

  const lastSegment = Math.floor(available / partsPerSegment) - 1;
  // The specification's Advance Part Limit: nobody may hold a connection for the far future.
  const advance = partSeconds < 1 ? Math.ceil(3 / partSeconds) : 3;
  const parts = segment * partsPerSegment + (part === undefined ? partsPerSegment : part + 1);
  if (segment > lastSegment + 2 || (part !== undefined && parts > available + advance)) return undefined;
  return { parts, delta };
}

/** @type {(text: string | null) => number | undefined} */
const readNumber = (text) => {
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
};
