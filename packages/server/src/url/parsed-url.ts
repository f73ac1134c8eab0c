/**
 * A URL; `undefined` for what is none. Node 20 would say it of some that are, if `URL.canParse` were asked: once a
 * process is warm, `https://bücher.example/` cannot be parsed there any more.
 *
 * @param base of a relative one
 */
export function parsedUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
