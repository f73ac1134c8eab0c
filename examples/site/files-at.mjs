import { mediaType, extensionOf } from '../origin/media-type.mjs';
import { memoryContent } from '../origin/memory-content.mjs';

/**
 * The files below a URL. What was read is kept: all of it is less than a megabyte.
 * @param {string} base ends with `/`
 * @returns {import('../origin/bytes-response.mjs').Files}
 */
export function filesAt(base) {
  /** @type {Map<string, import('../origin/bytes-response.mjs').Content>} */
  const kept = new Map();
  return async (path) => {
    const { href } = new URL(path, base);
    if (!href.startsWith(base)) return undefined;
    const known = kept.get(href);
    if (known) return known;
    const response = await fetch(href);
    if (!response.ok) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const content = memoryContent(bytes, { type: mediaType(extensionOf(path)) });
    kept.set(href, content);
    return content;
  };
}
