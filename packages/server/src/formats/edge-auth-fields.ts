/** The fields of an EdgeAuth token. No text is empty or contains `~`, which separates the fields. */
export interface EdgeAuthFields {
  readonly ip?: string | undefined;
  /** Unix seconds. */
  readonly startsAt?: number | undefined;
  /** Unix seconds. */
  readonly expires: number;
  /** Path patterns, joined into one text. */
  readonly acl?: string | undefined;
  readonly id?: string | undefined;
  readonly data?: string | undefined;
}

/** The fields that are signed but not carried. A text that may contain `~` has been escaped. */
export interface EdgeAuthUnsent {
  /** The path, for a token without an access list. */
  readonly url?: string | undefined;
  readonly salt?: string | undefined;
}

/**
 * Returns the text of a token before `~hmac=`, in the one order that Akamai's libraries write; with `unsent`, returns
 * the signed text. Each field has a name and none contains a `~`, so the text has one reading.
 */
export function writeEdgeAuthFields(fields: EdgeAuthFields, { url, salt }: EdgeAuthUnsent = {}): string {
  const { ip, startsAt, expires, acl, id, data } = fields;
  const field = (name: string, value: string | number | undefined): string =>
    value === undefined ? '' : `${name}=${value}~`;
  const carried = field('ip', ip) + field('st', startsAt) + field('exp', expires) + field('acl', acl);
  const all = carried + field('id', id) + field('data', data) + field('url', url) + field('salt', salt);
  return all.slice(0, -1);
}

const form = new RegExp(
  [
    /^(?:ip=([^~]+)~)?(?:st=([1-9]\d{9})~)?exp=([1-9]\d{9})/,
    /(?:~acl=([^~]+))?(?:~id=([^~]+))?(?:~data=([^~]+))?~hmac=([\da-f]+)$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/**
 * Reads the fields of a token and its HMAC; returns `undefined` for any text that `writeEdgeAuthFields` does not make.
 */
export function readEdgeAuthFields(token: string): { fields: EdgeAuthFields; hmac: string } | undefined {
  const [, ip, st, exp, acl, id, data, hmac] = form.exec(token) ?? [];
  if (exp === undefined || hmac === undefined) return undefined;
  const startsAt = st === undefined ? undefined : Number(st);
  return { fields: { ip, startsAt, expires: Number(exp), acl, id, data }, hmac };
}

/**
 * Escapes a text like "Escape token input": percent-encoding with lower-case hex of everything except letters, digits
 * and `-_.!()`.
 */
export function escapeEarly(text: string): string {
  return encodeURIComponent(text)
    .replace(/[~'*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%../g, (code) => code.toLowerCase());
}
