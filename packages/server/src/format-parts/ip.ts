import { reader } from '../errors/options.ts';
import type { OptionReader } from '../errors/options.ts';
import { parsedUrl } from '../url/judged-url.ts';

/** Returns the 4 or 16 bytes of an IP address, or `undefined` for any other value. */
export function readIp(address: unknown): Uint8Array | undefined {
  if (typeof address !== 'string') return undefined;
  const isV6 = address.includes(':');
  // In brackets, `URL` would also accept text that ends the host: `::1]/x`.
  if (isV6 && !/^[\da-f:.]+$/i.test(address)) return undefined;
  const host = parsedUrl(`http://${isV6 ? `[${address}]` : address}/`)?.hostname ?? '';
  // `URL` also reads 1 and 0x7f000001 as addresses; it returns only the dotted form unchanged.
  if (!isV6 && host === address && /^\d+(?:\.\d+){3}$/.test(host)) return Uint8Array.from(host.split('.'), Number);
  if (!isV6 || !host.startsWith('[')) return undefined;
  const [head = '', tail = ''] = host.slice(1, -1).split('::');
  const groups = (text: string): string[] => (text ? text.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return Uint8Array.from(all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
}

/** A CIDR range (RFC 4632): a network of 4 or 16 bytes and how many of its bits count. */
export interface IpRange {
  readonly network: Uint8Array;
  readonly bits: number;
}

/** Reads `203.0.113.0/24`, or one address without a `/`. Returns `undefined` for a value that is not a range. */
export function readIpRange(text: unknown): IpRange | undefined {
  if (typeof text !== 'string') return undefined;
  const [, address, length] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const network = readIp(address);
  const bits = network && (length === undefined ? network.length * 8 : Number(length));
  return network && bits !== undefined && bits <= network.length * 8 ? { network, bits } : undefined;
}

/**
 * Whether an address lies in a range.
 *
 * @param address of the client; an address that is unknown lies in no range
 * @param range a range, or its text; a text that is not a range contains no address
 */
export function isInRange(address: string | undefined, range: IpRange | string): boolean {
  const { network, bits } = (typeof range === 'string' ? readIpRange(range) : range) ?? { bits: 0 };
  const bytes = readIp(address);
  if (!network || bytes?.length !== network.length) return false;
  return bytes.every((byte, i) => ((byte ^ network[i]!) & maskOf(bits - i * 8)) === 0);
}

function maskOf(bits: number): number {
  return (0xff00 >> Math.max(0, Math.min(8, bits))) & 0xff;
}

/** The client's address. */
export const address: OptionReader<string | undefined> = /* @__PURE__ */ reader(
  (value) => readIp(value) !== undefined,
  'This is not an address. Give an IPv4 or IPv6 address.',
  undefined,
);

/** A range of addresses that has to be given. */
export const ipRange: OptionReader<string> = /* @__PURE__ */ reader(
  (value) => readIpRange(value) !== undefined,
  'This is not a range. Give an address, or a CIDR range such as 203.0.113.0/24.',
);
