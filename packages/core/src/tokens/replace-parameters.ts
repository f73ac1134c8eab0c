/**
 * `url` with `parameters` (name to `name=value`, encoded) in its query: those that `isReplaced` are replaced in place,
 * or go; others are appended; everything else stays byte for byte. As text, because URLSearchParams re-encodes what the
 * author wrote (hls.js #7963).
 */
export function replaceParameters(
  url: string,
  isReplaced: (name: string, parameter: string) => boolean,
  parameters: ReadonlyMap<string, string>,
): string {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(.*)$/s.exec(url)!;
  const missing = new Map(parameters);
  const kept = query.replace(/[?&]([^=&]*)[^&]*/g, (pair, name: string) => {
    if (!isReplaced(name, pair.slice(1))) return pair;
    const replacement = missing.get(name);
    missing.delete(name);
    return replacement === undefined ? '' : `&${replacement}`;
  });
  const appended = [...missing.values()].map((parameter) => `&${parameter}`);
  // where the first parameter went, or there was none, the query begins with another one
  return path + (kept + appended.join('')).replace(/^&/, '?') + fragment;
}
