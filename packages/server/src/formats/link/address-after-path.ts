import { readIp } from '../../format-parts/ip-bytes.ts';

/** Media files whose names end with a digit, so that their paths end like the beginning of an address. */
const mediaFile = /\.(?:m3u8|mp[234]|ac[34]|eac3|h26[45]|av1|vp[89])$/i;

/** No address is longer than this. */
const longest = 45;

/**
 * Whether a path with a client's address right behind it is also another path with another address: `/ch1` with
 * `1.2.3.4` is `/ch` with `11.2.3.4`. Of all such readings one is kept: that of a media file, such as `/ch.m3u8`, else
 * the shortest path.
 *
 * @param ip a valid address; empty where none is hashed
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
