/** The labels of claims of a Common Access Token (CTA-5007). */
export const EXP = 4;
export const NBF = 5;
export const CATU = 312;
/** The claims that are times, by their labels, and by their names in a JWT (RFC 7519). */
const times = new Set<number | string>([EXP, NBF, 6, 'exp', 'nbf', 'iat']);
/** The deepest level that is shown. No claim that we know has deeper values. */
const MAX_DEPTH = 6;

const parts = ['scheme', 'host', 'port', 'path', 'query', 'parent path', 'file name', 'stem', 'extension'];
const matches: Readonly<Record<string, string>> = {
  0: 'is',
  1: 'begins with',
  2: 'ends with',
  3: 'contains',
  4: 'fits the regular expression',
  '-1': 'has the SHA-256',
  '-2': 'has the SHA-512/256',
};

/** Returns the value of a claim in words: times as dates, conditions about the URL as phrases. */
export function claimText(label: number | string, value: unknown): string {
  const isTime = times.has(label) && typeof value === 'number' && value > 0 && value < 1e11;
  if (isTime) return `${new Date(value * 1000).toISOString().replace(/\.000Z$/, 'Z')} (${value})`;
  if (label !== CATU || !(value instanceof Map)) return plain(value);
  const conditions = [...(value as ReadonlyMap<unknown, unknown>)].flatMap(([part, kinds]) => {
    const name = parts[Number(part)] ?? `part ${plain(part)}`;
    if (!(kinds instanceof Map)) return `${name}: ${plain(kinds)}`;
    return [...(kinds as ReadonlyMap<unknown, unknown>)].map(
      ([kind, text]) => `${name} ${matches[plain(kind)] ?? `match ${plain(kind)}`} ${plain(text)}`,
    );
  });
  return conditions.join(', ');
}

/** The claim of a token that carries the time of its signing, and no end: the CDN is configured with the lifetime. */
export const madeAt = (seconds: number): { name: string; text: string } => ({
  name: 'signed at',
  text: claimText('iat', seconds),
});

/** Returns what a Common Access Token opens, in words. */
export function opensText(claims: readonly { readonly label: number | string; readonly value: unknown }[]): string {
  const uri = claims.find(({ label }) => label === CATU);
  return uri ? `URLs of which ${claimText(CATU, uri.value)}` : 'every URL';
}

/** Returns any value in a form that can be printed: nothing in it moves the cursor or reverses the line. */
export function plain(value: unknown, depth = 0): string {
  const each = (inner: unknown): string => plain(inner, depth + 1);
  const members = (entries: Iterable<readonly [unknown, unknown]>): string =>
    `{${[...entries].map(([key, inner]) => `${each(key)}: ${each(inner)}`).join(', ')}}`;
  if (depth > MAX_DEPTH) return '…';
  if (typeof value === 'string')
    return JSON.stringify(value).replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
      (it) => `\\u{${it.codePointAt(0)!.toString(16)}}`,
    );
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `[${value.map(each).join(', ')}]`;
  if (value instanceof Map) return members(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return 'tag' in value && 'value' in value
    ? `${String(value.tag)}(${each(value.value)})`
    : members(Object.entries(value));
}
