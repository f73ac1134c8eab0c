/**
 * A URL as the doctor prints it: without query, and with `…` in place of whatever in its path looks like a token. The
 * doctor does not know every token, and the path of a URL that a stranger's playlist names may hold one.
 */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname.split('/').map(withoutToken).join('/');
}

/** What stands between the name of a field and its value: `=` or `:`, as it is or in percent escapes. */
const FIELD = /(^|[~&;,])([\w.-]{1,64}(?:=|:|%3D|%3A))[^~&;]+/gi;
/** Letters and digits of base64url or base64, whose `+`, `/` and `=` stand in a path in percent escapes. */
const RUN = /(?:[\w+=-]|%2B|%2F|%3D){20,}/gi;

function withoutToken(segment: string): string {
  // fields such as `exp=…~hmac=…`; a pattern of paths, which has slashes, may have cut them in two
  const named = segment.replace(FIELD, (_, before: string, name: string) => `${before}${name}…`);
  return named.replace(RUN, (run) => (isRandom(run) ? '…' : run));
}

/**
 * Whether letters and digits look like a hash, a signature or a part of a JWT: base64url has upper and lower case, and
 * 20 characters of it 120 bits; hexadecimal digits are more for as many bits. Titles, dates and UUIDs are shown.
 */
function isRandom(run: string): boolean {
  const words = run.split(/[-_+=]|%[\da-f]{2}/i);
  const isMixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && !words.every(isWord);
  return /[\da-f]{32}/i.test(run) || isMixed || words.some(isShuffled);
}

const isWord = (text: string): boolean => /^(?:[A-Z]?[a-z]*|[A-Z]+|\d+[a-z]?)$/.test(text);

/** Whether letters and digits take turns, as in base32: a title has a number or two. */
const isShuffled = (text: string): boolean => text.length >= 20 && (text.match(/\d+/g) ?? []).length >= 4;
