import { optionsError } from '../options-error.ts';

/**
 * The 4 or 16 bytes of an IP address.
 *
 * @throws `ERR_OPTIONS` for what is no address
 */
export function ipBytes(address: string): Uint8Array {
  const isV6 = address.includes(':');
  const url = `http://${isV6 ? `[${address}]` : address}/`;
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  // `URL` also reads 1 and 0x7f000001 as addresses; only the dotted form comes back as it was.
  if (!isV6 && host === address && /^\d+(?:\.\d+){3}$/.test(host)) return Uint8Array.from(host.split('.'), Number);
  if (!isV6 || !host.startsWith('[')) throw optionsError('ip', 'give an IPv4 or IPv6 address');
  const [head = '', tail = ''] = host.slice(1, -1).split('::');
  const groups = (text: string): string[] => (text ? text.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return Uint8Array.from(all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
}

/** Whether `address` lies in a CIDR range (RFC 4632) such as `203.0.113.0/24`; a range without `/` is one address. */
export function inIpRange(address: string, range: string): boolean {
  const [network = '', length] = range.split('/');
  const [a, b] = [ipBytes(address), ipBytes(network)];
  const bits = length === undefined ? b.length * 8 : Number(length);
  return a.length === b.length && bits >= 0 && a.every((byte, i) => ((byte ^ b[i]!) & maskOf(bits - i * 8)) === 0);
}

function maskOf(bits: number): number {
  return (0xff00 >> Math.max(0, Math.min(8, bits))) & 0xff;
}
