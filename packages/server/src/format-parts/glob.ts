/** Whether `text` fits a pattern in which `*` stands for any characters and `?` for one, as in CDN access lists. */
export function matchesGlob(text: string, pattern: string): boolean {
  // Keeps two positions to return to. A RegExp could backtrack for ever over a long list of `*`.
  let [at, from, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[from] === '*') {
      star = from++;
      mark = at;
    } else if (from < pattern.length && (pattern[from] === '?' || pattern[from] === text[at])) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[from] === '*') from++;
  return from === pattern.length;
}
