/** The fields of an EdgeAuth token. Every text is without `~`, which separates the fields, and none is empty. */
export interface EdgeAuthFields {
  readonly ip?: string | undefined;
  /** Unix seconds. */
  readonly startsAt?: number | undefined;
  /** Unix seconds. */
  readonly expires: number;
  /** Path patterns behind each other. */
  readonly acl?: string | undefined;
  readonly id?: string | undefined;
  readonly data?: string | undefined;
}

/** The fields that are signed and not carried; a text that may hold `~` has been escaped. */
export interface EdgeAuthUnsent {
  /** The path, for a token without an access list. */
  readonly url?: string | undefined;
  readonly salt?: string | undefined;
}

/**
 * The text of a token in front of `~hmac=`, in the one order that Akamai's libraries write; with `unsent`, what is
 * signed. Each field has a name and none holds a `~`: the text has one reading.
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

/** The fields of a token and its HMAC; `undefined` for whatever `writeEdgeAuthFields` does not make. */
export function readEdgeAuthFields(token: string): { fields: EdgeAuthFields; hmac: string } | undefined {
  const [, ip, st, exp, acl, id, data, hmac] = form.exec(token) ?? [];
  if (exp === undefined || hmac === undefined) return undefined;
  const startsAt = st === undefined ? undefined : Number(st);
  return { fields: { ip, startsAt, expires: Number(exp), acl, id, data }, hmac };
}

/** "Escape token input": percent-encoding with lower-case hex of everything but letters, digits and `-_.!()`. */
export function escapeEarly(text: string): string {
  return encodeURIComponent(text)
    .replace(/[~'*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%../g, (code) => code.toLowerCase());
}
