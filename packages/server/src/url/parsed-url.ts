/**
 * A URL; `undefined` for what is none. Node 20 and 22 would say it of some that are, if `URL.canParse` were asked:
 * after some thousand calls they take `https://bücher.example/` for none (AikidoSec/firewall-node#1086).
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
