/**
 * A recording played over and over, as the schedule of an endless live stream. Segment numbers never repeat.
 * @typedef {object} LiveTimeline
 * @property {number} segmentsPerLoop
 * @property {number} loopMs
 * @property {(nowMs: number) => { first: number, end: number }} windowAt the segments in the playlist, without `end`
 * @property {(number: number, durations: readonly number[]) => number} startOf unix ms at which a segment begins, in a
 *   rendition with these durations in ms
 * @property {(number: number) => number} discontinuitiesBefore how often the recording began again, up to that segment
 */

/**
 * @param {object} options
 * @param {readonly number[]} options.durations of the segments of one loop, in ms
 * @param {number} options.windowSegments
 * @param {number} options.startedAt unix ms at which the first whole window was there
 * @returns {LiveTimeline}
 */
export function createLiveTimeline({ durations, windowSegments, startedAt }) {
  const segmentsPerLoop = durations.length;
  const loopMs = sum(durations);
  const offset = (/** @type {number} */ number, /** @type {readonly number[]} */ own) =>
    Math.floor(number / segmentsPerLoop) * loopMs + sum(own.slice(0, number % segmentsPerLoop));
  const birth = startedAt - offset(windowSegments, durations);

  return {
    segmentsPerLoop,
    loopMs,
    startOf: (number, own) => birth + offset(number, own),
    discontinuitiesBefore: (number) => Math.max(0, Math.floor((number - 1) / segmentsPerLoop)),
    windowAt(nowMs) {
      const elapsed = Math.max(0, nowMs - birth);
      let end = Math.floor(elapsed / loopMs) * segmentsPerLoop;
      while (offset(end + 1, durations) <= elapsed) end++;
      return { first: Math.max(0, end - windowSegments), end };
    },
  };
}

/** @type {(numbers: readonly number[]) => number} */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
