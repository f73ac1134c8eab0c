import { inIpRange } from './ip-bytes.ts';

interface CloudFrontPolicy {
  /** The URL that is opened, with `*` and `?` as wildcards. */
  readonly resource: string;
  /** Unix seconds. */
  readonly expires: number;
  readonly startsAt?: number | undefined;
  readonly ipRange?: string | undefined;
}

/** Without whitespace and in this order: the canned form is never sent, both sides write it. */
export function writePolicy({ resource, expires, startsAt, ipRange }: CloudFrontPolicy): string {
  const condition = {
    DateLessThan: { 'AWS:EpochTime': expires },
    ...(startsAt !== undefined && { DateGreaterThan: { 'AWS:EpochTime': startsAt } }),
    ...(ipRange !== undefined && { IpAddress: { 'AWS:SourceIp': ipRange } }),
  };
  return JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] });
}

/** Reads a policy whose signature has been found good; `undefined` for one that says more than is understood here. */
export function readPolicy(text: string): CloudFrontPolicy | undefined {
  try {
    const { Statement } = JSON.parse(text) as { Statement: { Resource: string; Condition: Conditions }[] };
    const [{ Resource: resource, Condition }] = Statement as [{ Resource: string; Condition: Conditions }];
    const policy = {
      resource,
      expires: Condition.DateLessThan['AWS:EpochTime'],
      startsAt: Condition.DateGreaterThan?.['AWS:EpochTime'],
      ipRange: Condition.IpAddress?.['AWS:SourceIp'],
    };
    return writePolicy(policy) === text ? policy : undefined;
  } catch {
    return undefined;
  }
}

interface Conditions {
  DateLessThan: { 'AWS:EpochTime': number };
  DateGreaterThan?: { 'AWS:EpochTime': number };
  IpAddress?: { 'AWS:SourceIp': string };
}

/** Whether a policy with an address range lets a client in; one whose address is not known stays out. */
export function isFromRange(ip: string | undefined, range: string | undefined): boolean {
  return range === undefined || (ip !== undefined && inIpRange(ip, range));
}
