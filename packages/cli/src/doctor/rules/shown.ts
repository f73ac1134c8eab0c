/**
 * A URL as the doctor prints it: without query, and with `…` in place of whatever in its path looks like a token. The
 * doctor does not know every token, and the path of a URL that a stranger's playlist names may hold one.
 */
export function shown({ origin, pathname }: URL): string {
  return origin + pathname.split('/').map(withoutToken).join('/');
}

function withoutToken(segment: string): string {
  // fields such as `exp=…~hmac=…`; a pattern of paths, which has slashes, may have cut them in two
  const named = segment.replace(/(^|[~&;,])([\w.-]{1,64})=[^~&;]+/g, (_, before: string, name: string) => {
    return `${before}${name}=…`;
  });
  return named.replace(/[\w-]{20,}/g, (run) => (isRandom(run) ? '…' : run));
}

/**
 * Whether letters and digits look like a hash, a signature or a part of a JWT: base64url has upper and lower case, and
 * 20 characters of it 120 bits; hexadecimal digits are more for as many bits. Titles, dates and UUIDs are shown.
 */
const isRandom = (run: string): boolean =>
  /[\da-f]{32}/i.test(run) || (/[a-z]/.test(run) && /[A-Z]/.test(run) && !run.split(/[-_]/).every(isWord));

const isWord = (text: string): boolean => /^(?:[A-Z]?[a-z]*|[A-Z]+|\d+[a-z]?)$/.test(text);
