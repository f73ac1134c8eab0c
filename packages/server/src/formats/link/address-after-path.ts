import { readIp } from '../../format-parts/ip-bytes.ts';

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
