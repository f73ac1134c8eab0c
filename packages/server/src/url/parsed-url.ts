/** An absolute URL; `undefined` for what is none. Parsed once, which asking `URL.canParse` before does twice. */
export function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
