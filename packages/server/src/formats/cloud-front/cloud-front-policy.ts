import { readExpiry } from '../../format-parts/expiry.ts';
import { inIpRange, readIpRange } from '../../format-parts/ip-bytes.ts';

export interface CloudFrontPolicy {
  /** The URL that is opened, with `*` and `?` as wildcards. */
  readonly resource: string;
  /** Unix seconds. */
  readonly expires: number;
  readonly startsAt?: number | undefined;
  readonly ipRange?: string | undefined;
}

/**
 * Returns the text to sign, without whitespace and in this order. No URL contains the text of a canned policy: the
 * signer and the verifier both write it. JSON escapes the characters that would end a text, so different policies are
 * different texts.
 */
export function writePolicy({ resource, expires, startsAt, ipRange }: CloudFrontPolicy): string {
  const condition = {
    DateLessThan: { 'AWS:EpochTime': expires },
    ...(startsAt !== undefined && { DateGreaterThan: { 'AWS:EpochTime': startsAt } }),
    ...(ipRange !== undefined && { IpAddress: { 'AWS:SourceIp': ipRange } }),
  };
  return JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] });
}

/**
 * Reads a policy whose signature is valid. Returns `undefined` for a policy that says more than this module
 * understands, or says it in another form than `writePolicy`.
 */
export function readPolicy(text: string): CloudFrontPolicy | undefined {
  const policy = parsePolicy(text);
  const { resource, expires, startsAt, ipRange } = policy ?? {};
  const isUnderstood =
    typeof resource === 'string' &&
    isTime(expires) &&
    (startsAt === undefined || isTime(startsAt)) &&
    (ipRange === undefined || readIpRange(ipRange) !== undefined);
  return policy && isUnderstood && writePolicy(policy) === text ? policy : undefined;
}

/** Returns the parts of a policy from their places, of whatever type they are. */
function parsePolicy(text: string): CloudFrontPolicy | undefined {
  try {
    const { Statement } = JSON.parse(text) as { Statement: [Statement] };
    const [{ Resource: resource, Condition }] = Statement;
    return {
      resource,
      expires: Condition.DateLessThan['AWS:EpochTime'],
      startsAt: Condition.DateGreaterThan?.['AWS:EpochTime'],
      ipRange: Condition.IpAddress?.['AWS:SourceIp'],
    };
  } catch {
    return undefined;
  }
}

interface Statement {
  Resource: string;
  Condition: {
    DateLessThan: { 'AWS:EpochTime': number };
    DateGreaterThan?: { 'AWS:EpochTime': number };
    IpAddress?: { 'AWS:SourceIp': string };
  };
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && readExpiry(String(value)) !== undefined;
}

/**
 * Tells whether a policy with an address range lets a client in. It does not let in a client whose address is unknown.
 */
export function isFromRange(ip: string | undefined, range: string | undefined): boolean {
  return range === undefined || inIpRange(ip, range);
}
