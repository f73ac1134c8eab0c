/** Decodes percent-escapes once. Returns `undefined` if they are malformed or not UTF-8. */
export function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
