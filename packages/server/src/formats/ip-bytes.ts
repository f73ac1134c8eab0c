import { optionsError } from '../options-error.ts';

/**
 * The bytes of an IP address: 4, or 16 of which the last 8 are zero, since a client changes those at will (RFC 8981).
 *
 * @throws `ERR_OPTIONS` for what is no address
 */
export function ipBytes(address: string): Uint8Array {
  const isV6 = address.includes(':');
  const url = `http://${isV6 ? `[${address}]` : address}/`;
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  if (isV6 && host.startsWith('[')) {
    const [head = '', tail] = host.slice(1, -1).split('::');
    const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
    const missing = 8 - groups(head).length - groups(tail).length;
    const all = [...groups(head), ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...groups(tail)];
    const bytes = all.slice(0, 4).flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
    return Uint8Array.from([...bytes, ...Array<number>(8).fill(0)]);
  }
  // `URL` also reads 1 and 0x7f000001 as addresses; only the dotted form comes back as it was.
  if (!isV6 && host === address && /^\d+(?:\.\d+){3}$/.test(host)) return Uint8Array.from(host.split('.'), Number);
  throw optionsError('ip', 'give an IPv4 or IPv6 address');
}
