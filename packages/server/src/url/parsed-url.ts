/**
 * Parses a URL. Returns `undefined` if the text is not a URL. Does not use `URL.canParse`: after some thousand calls,
 * Node 20 and 22 return `false` for some valid URLs, such as `https://bücher.example/` (AikidoSec/firewall-node#1086).
 *
 * @param base the base of a relative URL
 */
export function parsedUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
