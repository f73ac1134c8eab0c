import { readIp } from '../format-parts/ip.ts';
import { readExpiry } from '../format-parts/signing-format.ts';

/** Media files whose names end with a digit, so that the end of their paths looks like the beginning of an address. */
const mediaFile = /\.(?:m3u8|mp[234]|ac[34]|eac3|h26[45]|av1|vp[89])$/i;

/** The length of the longest address. */
const longest = 45;

/**
 * Tells whether a path with a client's address directly after it has another reading that takes precedence: `/ch1` with
 * `1.2.3.4` is also `/ch` with `11.2.3.4`. Of all such readings, the one of a media file takes precedence, such as
 * `/ch.m3u8`, or else the one with the shortest path.
 *
 * @param ip a valid address; empty if no address is hashed
 */
export function runsIntoAddress(path: string, ip: string): boolean {
  for (let length = 1; length <= ip.length; length++) {
    if (isAddressOrNone(ip.slice(length)) && mediaFile.test(path + ip.slice(0, length))) return true;
  }
  if (mediaFile.test(path)) return false;
  const end = /[\da-f:.]*$/i.exec(path.slice(-longest))![0];
  for (let length = 1; length <= end.length; length++) if (readIp(end.slice(-length) + ip)) return true;
  return false;
}

function isAddressOrNone(text: string): boolean {
  return text === '' || readIp(text) !== undefined;
}

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
