/** Whether `text` fits a pattern in which `*` stands for any characters and `?` for one, as in CDN access lists. */
export function matchesGlob(text: string, pattern: string): boolean {
  // Two positions to fall back to instead of a RegExp, whose backtracking a long list of `*` could drive for ever.
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
