/** @param {number[]} values */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/**
 * Runs both sides in turn, several times, so that whatever else the machine does hits both; once before, to warm up.
 * @param {string} name @param {() => Promise<number>} ours @param {() => Promise<number>} bare @param {number} [rounds]
 */
export async function compare(name, ours, bare, rounds = 5) {
  await ours();
  await bare();
  const [a, b] = /** @type {[number[], number[]]} */ ([[], []]);
  for (let round = 0; round < rounds; round++) {
    a.push(await ours());
    b.push(await bare());
  }
  const ratio = median(a.map((each, i) => each / (b[i] ?? NaN)));
  return { name, ours: Math.round(median(a)), bare: Math.round(median(b)), ratio: Number(ratio.toFixed(3)) };
}

/** @param {(i: number) => unknown} work @param {number} [milliseconds] @returns {Promise<number>} per second */
export async function perSecond(work, milliseconds = 150) {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < milliseconds) {
    for (let i = 0; i < 50; i++) await work(count++);
  }
  return (count / (performance.now() - start)) * 1000;
}
