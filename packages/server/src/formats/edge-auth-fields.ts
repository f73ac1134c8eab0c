/** What an EdgeAuth token says, in the one order that Akamai's libraries write. */
export interface EdgeAuthFields {
  readonly ip?: string;
  /** Unix seconds. */
  readonly startsAt?: number;
  /** Unix seconds. */
  readonly expires: number;
  readonly acl?: string;
  readonly hmac: string;
  /** Everything in front of `~hmac=`. */
  readonly signed: string;
}

const form =
  /^((?:ip=([^~]*)~)?(?:st=([1-9]\d{9})~)?exp=([1-9]\d{9})(?:~acl=([^~]+))?(?:~id=[^~]*)?(?:~data=[^~]*)?)~hmac=([\da-f]+)$/;

export function readEdgeAuthFields(token: string): EdgeAuthFields | undefined {
  const [, signed, ip, st, exp, acl, hmac] = form.exec(token) ?? [];
  if (signed === undefined || hmac === undefined) return undefined;
  return {
    signed,
    hmac,
    expires: Number(exp),
    ...(ip !== undefined && { ip }),
    ...(st !== undefined && { startsAt: Number(st) }),
    ...(acl !== undefined && { acl }),
  };
}

/** "Escape token input": percent-encoding with lower-case hex of everything but letters, digits and `-_.!()`. */
export function escapeEarly(text: string): string {
  return encodeURIComponent(text)
    .replace(/[~'*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%../g, (code) => code.toLowerCase());
}
