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
 * Writes the text to sign, without whitespace and in this order: no URL contains the canned form, because both sides
 * write it. JSON escapes what would end a text, so different policies are different texts.
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
 * Reads a policy whose signature has been found good; `undefined` for one that says more than is understood here, or
 * says it in another form than `writePolicy`.
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

/** The parts at their places, of whatever type they are. */
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

/** Whether a policy with an address range lets a client in; one whose address is not known stays out. */
export function isFromRange(ip: string | undefined, range: string | undefined): boolean {
  return range === undefined || inIpRange(ip, range);
}
