import { readExpiry } from './expiry.ts';
import { readIp } from './ip-bytes.ts';

const tenYears = 10 * 366 * 86_400;

/**
 * Whether a path, an expiry and a client's address, written without separators, are also another path, expiry and
 * address, so that `verify` could accept both at the same time: `/a`, 1111111111, `11.2.3.4` is `/a1`, 1111111111,
 * `1.2.3.4`. This needs an expiry whose digits repeat, so it is rare.
 *
 * @param maxTtl the largest difference in seconds of two expiries that are accepted at the same time; more than ten
 *   years count as ten
 */
export function runsIntoExpiry(path: string, written: string, ip: string, maxTtl: number): boolean {
  const expires = readExpiry(written);
  if (expires === undefined || ip === '') return false;
  const furthest = Math.min(maxTtl, tenYears);
  const isReading = (expiry: string, address: string): boolean => {
    const other = readExpiry(expiry);
    return other !== undefined && Math.abs(other - expires) <= furthest && readIp(address) !== undefined;
  };
  for (let digits = 1; digits < 10; digits++) {
    const shorter = path.slice(-digits) + written.slice(0, -digits);
    const longer = written.slice(digits) + ip.slice(0, digits);
    if (isReading(shorter, written.slice(-digits) + ip) || isReading(longer, ip.slice(digits))) return true;
  }
  return false;
}
