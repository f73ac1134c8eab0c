/**
 * The paths as which one origin or another serves `path`, itself first: Java servers drop `;parameters`, Windows drops
 * dots and spaces at the end of a name, macOS takes both Unicode forms of a letter, many servers drop a `/` at the end,
 * and S3 takes `+` for a space. A rule that holds for any of them holds for the request. Two paths that one origin
 * takes for the same file have a reading in common.
 *
 * @param path canonical, so that `%2B` is a `+` too
 */
export function readingsOf(path: string): readonly string[] {
  return [...new Set(everyReading(path))];
}

/**
 * The same with one entry per way to read, whatever it changes: at the same place of two lists stand two paths as the
 * same origin reads them.
 *
 * A `+` that has become a space is not dropped at the end of a name: who reads it so keeps it, and `/canal+/` is not
 * `/canal/`.
 */
export function everyReading(path: string): readonly string[] {
  const stripped = strippedPath(path);
  const readings = [path, withoutLastSlash(path), stripped, withoutLastSlash(stripped)];
  return [...readings, ...readings.map((reading) => reading.replaceAll('+', ' '))];
}

function strippedPath(path: string): string {
  const names = path.normalize('NFC').split('/').map(strippedName);
  // A name of nothing but parameters leaves no folder behind: `/;x/vod/` is `/vod/`.
  const kept = names.filter((name) => name !== '').join('/');
  return kept === '' ? '/' : names.at(-1) === '' ? `/${kept}/` : `/${kept}`;
}

function strippedName(name: string): string {
  const parameters = name.indexOf(';');
  let end = parameters < 0 ? name.length : parameters;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--;
  return name.slice(0, end);
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
