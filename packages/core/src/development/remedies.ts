const A_URL = 'an absolute http or https URL';
const A_FOLDER = "the URL of a folder that ends with '/', such as 'https://cdn.example.com/vod/'";
const A_TIME = 'unix seconds as a number';
const AN_AMOUNT = 'a number from 0 to 1000000';
const TEXTS = 'an object of texts that browsers send; write base64 without line breaks';
const A_FUNCTION = 'a function';

/** What to write, by the name of an option or of a member of an answer. */
const WANTED: Readonly<Record<string, string>> = {
  endpoint: "the http or https URL of your signing endpoint, such as '/token'",
  getTokens: A_FUNCTION,
  request: 'an object or a function',
  tokens: "a list of tokens: objects with 'expires', and 'url' or 'prefix'",
  protect: "an http or https URL prefix such as 'https://cdn.example.com/', a RegExp or a function",
  renewBefore: AN_AMOUNT,
  jitter: 'a number from 0 to 1',
  readAhead: AN_AMOUNT,
  retry: "an object with 'limit' and 'backoffLimit'",
  limit: AN_AMOUNT,
  backoffLimit: AN_AMOUNT,
  timeout: 'seconds, more than 0',
  refusals: 'a list of HTTP statuses, such as [401, 403, 410]',
  adopt: "adoptTokens of 'secure-token-core/adopt'",
  debug: 'true or false',
  clock: A_FUNCTION,
  fetch: A_FUNCTION,
  random: A_FUNCTION,
  url: A_URL,
  prefix: A_FOLDER,
  base: A_FOLDER,
  expires: A_TIME,
  query: TEXTS,
  headers: TEXTS,
  anyQuery: 'true or false',
  credentials: 'true or false',
  now: A_TIME,
  denied: 'a list of URLs',
};

const KINDS: Readonly<Record<string, string>> = { string: 'text', object: 'an object' };

/** Names the kind of `value`, never its content, which may be a token. Numbers are no secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return value > 1e11 ? `${value}, perhaps milliseconds` : String(value);
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length ? 'a list' : 'an empty list';
  if (typeof value === 'string' && /^\s*</.test(value)) return 'HTML or XML';
  return value === '' ? 'empty text' : (KINDS[typeof value] ?? `a ${typeof value}`);
}

/**
 * Returns the kind of what is wrong, and what to write in its place.
 * @param path such as `tokens[0].expires`, or a sentence; @param whole the object in which it is
 */
export function remedyFor(path: string, whole: unknown): string {
  const names = path.split(/[.[\]]+/).filter(Boolean);
  const known = /^[\w.[\]]+$/.test(path);
  const value = known ? names.reduce((it, name) => (Object(it) as Record<string, unknown>)[name], whole) : whole;
  const name = names.filter((it) => !/^\d+$/.test(it)).pop()!;
  if (!known && !path.startsWith('JSON')) return 'Give it.';
  const wanted = WANTED[name] ?? '{ "now": 1732450000, "tokens": [], "denied": [] }';
  const host = name === 'protect' && typeof value === 'string' && /^[\w-]+(\.[\w-]+)+(:\d+)?(\/[\w/-]*)?$/.test(value);
  return `It is ${kindOf(value)}. Give ${host ? `'https://${value.replace(/\/?$/, '/')}'` : wanted}.`;
}

/** Returns what to do after the signing endpoint has failed with `status`; `undefined`: it did not answer. */
export function adviceFor(status: number | undefined): string {
  if (status === 401 || status === 403) return 'This viewer has no access: let them log in, then call renew().';
  if (!status) return 'Check its URL, its CORS headers and the network.';
  if (status === 429 || status >= 500) return 'Look at its log.';
  return 'Check its URL, and that it accepts POST with { "urls", "reason" }.';
}

/** Returns the number of letters to change, add or remove to turn one text into the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (const [column, otherLetter] of Array.from(other).entries())
      next.push(Math.min(next[column]! + 1, row[column + 1]! + 1, row[column]! + (letter === otherLetter ? 0 : 1)));
    row = next;
  }
  return row[other.length]!;
}

/** Returns a sentence about an unknown name: the one of `names` that the author probably meant, or all of them. */
export function suggestionFor(unknown: string, names: readonly string[], path: string): string {
  const distances = names.map((name) => distance(unknown.toLowerCase(), name.toLowerCase()));
  const least = Math.min(...distances);
  if (least > Math.max(1, unknown.length / 3)) return `Known options: ${names.join(', ')}.`;
  return `Did you mean '${path}${names[distances.indexOf(least)]!}'?`;
}
