/** Segments of a manifest that are written out at most: a day of half-second segments has fewer. */
const MAX_SEGMENTS = 200_000;

/**
 * Whether a DASH manifest stands for so few segments that they may be written out. A line of it can stand for billions,
 * by a repeat count or by a duration that is short beside that of the whole.
 *
 * @param nowMs unix milliseconds, for a live stream that began long ago
 */
export function canBeWrittenOut(manifest: string, nowMs: number = Date.now()): boolean {
  const repeats = numbers(manifest, /\br="(\d+)"/g).reduce((sum, count) => sum + count + 1, 0);
  if (repeats > MAX_SEGMENTS) return false;
  // those that fill a period, whose number nobody has written down
  const filling = [
    ...numbers(manifest, /<(?:\w+:)?SegmentTemplate\b[^>]*?\sduration="(\d+)"/g),
    ...(/\sr="-\d+"/.test(manifest) ? numbers(manifest, /\sd="(\d+)"/g) : []),
  ];
  if (filling.length === 0) return true;
  const scale = numbers(manifest, /\stimescale="(\d+)"/g).reduce((most, each) => Math.max(most, each), 1);
  const shortest = filling.reduce((least, each) => Math.min(least, each)) / scale;
  return filling.length * (wholeSeconds(manifest, nowMs) / shortest) <= 100 * MAX_SEGMENTS;
}

const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(([, digits]) => Number(digits));

/** The longest time that the manifest names, or for which it has been live. */
function wholeSeconds(manifest: string, nowMs: number): number {
  const named = [
    ...manifest.matchAll(/"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?"/g),
  ];
  const longest = named.map(([, years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0]) => {
    const wholeDays = Number(years) * 366 + Number(months) * 31 + Number(days);
    return ((wholeDays * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  });
  const [, since = ''] = /availabilityStartTime="([^"]*)"/.exec(manifest) ?? [];
  const isWindowed = manifest.includes('timeShiftBufferDepth=');
  const live = isWindowed ? 0 : (nowMs - Date.parse(since)) / 1000 || 0;
  return longest.reduce((most, each) => Math.max(most, each), live);
}
