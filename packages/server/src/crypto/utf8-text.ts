const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text that these bytes are in UTF-8, and no others: `undefined` for invalid bytes, and a byte order mark is kept.
 */
export function utf8Text(bytes: Uint8Array | undefined): string | undefined {
  try {
    return bytes && decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
