/**
 * Full jitter: anything up to a limit that doubles with each failure in a row, so that viewers who failed together do
 * not come back together.
 * @param random 0…1
 * @returns seconds
 */
export const jitteredDelay = (failures: number, limit: number, random: number): number =>
  random * Math.min(limit, 2 ** (failures - 1));
