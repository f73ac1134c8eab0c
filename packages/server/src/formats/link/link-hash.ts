import { optionsError } from '../../errors/options-error.ts';
import { folderMark } from '../../format-parts/folders.ts';
import type { LinkTime } from './link-time.ts';

const pathNames = ['path', 'relativePath', 'directory', 'folder'];

/**
 * Returns the name of the one path that is hashed.
 *
 * @throws `ERR_OPTIONS` for a template without a path, `{secret}` or `{expires}`; for a template with another
 *   placeholder; for a template whose text could be read as another path with another address, or could be the text of
 *   another layout of this package
 */
export function checkLinkHash(hash: unknown, time: LinkTime): string {
  const names = typeof hash === 'string' ? [...hash.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!) : [];
  const paths = names.filter((name) => pathNames.includes(name));
  const [path] = paths;
  const isKnown = names.every((name) => pathNames.includes(name) || ['secret', 'expires', 'ip'].includes(name));
  if (path === undefined || paths.length > 1 || !isKnown || !names.includes('secret') || !names.includes('expires')) {
    throw optionsError(
      'hash',
      'A placeholder is missing. Give text with {secret}, {expires}, and one of {path}, {directory} and {folder}.',
    );
  }
  checkBorders(hash as string, path, time);
  checkOtherLayouts(hash as string, path);
  return path;
}

/**
 * Checks that the hashed text shows where the path or the address ends. The secret and the length of the expiry are
 * fixed, so only a path and an address could exchange characters. One of these must mark the border: the secret between
 * them, which a client does not know; a character between them that occurs in no address and no expiry; or a slash of
 * the path itself on the side of the address. If an address directly follows a path, or a path and a decimal expiry,
 * each path is judged: see `runsIntoAddress` and `runsIntoExpiry`.
 *
 * @throws `ERR_OPTIONS`
 */
function checkBorders(hash: string, path: string, time: LinkTime): void {
  const part = hash.split('{secret}').find((each) => each.includes(`{${path}}`))!;
  const [front, behind] = part.split(`{${path}}`) as [string, string];
  const before = front.includes('{ip}') ? front.split('{ip}').at(-1)! : undefined;
  if (before !== undefined && path === 'relativePath' && !hasBorder(before)) {
    throw optionsError(
      'hash',
      '{ip} and {relativePath} run into each other. Put characters between them that an address cannot have.',
    );
  }
  const after = behind.includes('{ip}') ? behind.split('{ip}')[0]! : undefined;
  if (after === undefined || path === 'directory' || hasBorder(after)) return;
  if (after === '' || (after === '{expires}' && time === 'decimal')) return;
  throw optionsError(
    'hash',
    'A path and {ip} could run into each other. ' +
      'Put a character between them that an address cannot have, nothing, or a decimal {expires} alone.',
  );
}

/**
 * Checks that the hashed text cannot be that of another layout. After a secret, other layouts of this package have a
 * slash, an expiry, or `folder:` and a folder (`secureToken`). A client chooses the beginning of a relative path: with
 * the same secret, the token of the path `/folder:/vod/` would be that of the folder `/vod/`.
 *
 * @throws `ERR_OPTIONS`
 */
function checkOtherLayouts(hash: string, path: string): void {
  const between = new RegExp(`\\{secret\\}([^{}]*)\\{${path}\\}`).exec(hash)?.[1];
  if (between === undefined || (path === 'directory' && between === folderMark)) return;
  const isPartOfMark = path === 'relativePath' && (folderMark.startsWith(between) || /^\d+$/.test(between));
  if (!isPartOfMark && !between.startsWith(folderMark)) return;
  throw optionsError(
    'hash',
    `With the same secret, the token of a {${path}} may also be one of another layout. ` +
      'Write {path} where your CDN hashes the first slash, else put other characters between {secret} and it.',
  );
}

/** Tells whether a text contains a character that occurs neither in an address nor in an expiry. */
function hasBorder(between: string): boolean {
  return /[^\da-f:.]/i.test(between.replaceAll('{expires}', ''));
}
