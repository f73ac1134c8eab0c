import { optionsError } from '../errors/options-error.ts';
import { pathCarrier, queryCarrier } from '../format-parts/carriers.ts';
import type { CarriedTexts, Carrier } from '../format-parts/carriers.ts';
import { folderMark } from './azion.ts';

/**
 * Checks that in a rotation, one secret and the text beside it cannot be another secret and other text. An expiry has a
 * fixed length. A path after a secret begins with a slash, which `secretList` checks.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkSecrets(hash: string, secrets: readonly string[]): void {
  const [front = '', behind = ''] = hash.split('{secret}');
  const isVariable = (name: string | undefined): boolean => name !== undefined && name !== 'expires';
  const follows = isVariable([...front.matchAll(/\{(\w+)\}/g)].at(-1)?.[1]);
  const leads = isVariable(/\{(\w+)\}/.exec(behind)?.[1]) && !/^\{(?:path|directory|folder)\}/.test(behind);
  const isPart = (a: string, b: string): boolean =>
    a !== b && ((follows && a.endsWith(b)) || (leads && a.startsWith(b)));
  if (secrets.some((a) => secrets.some((b) => isPart(a, b)))) {
    throw optionsError(
      'secret',
      'One secret begins or ends with another one, so that two URLs could have the same token. Choose another secret.',
    );
  }
}

type PathName = 'path' | 'relativePath' | 'directory' | 'folder';

/** What a template hashes of a path, by its placeholder. */
export const pathTexts: Readonly<Record<PathName, (path: string) => string>> = {
  path: (path) => path,
  relativePath: (path) => path.slice(1),
  directory: (path) => path,
  folder: (path) => (path.endsWith('/') ? path.slice(0, -1) : path),
};

const isPathName = (name: string): name is PathName => Object.hasOwn(pathTexts, name);

/**
 * Returns the name of the one path that is hashed.
 *
 * @param isHmac whether the secret is the key of an HMAC, and so no part of the text
 * @throws `ERR_OPTIONS` for a template without a path, `{secret}` or `{expires}`; for a template with another
 *   placeholder; for a template whose text could be read as another path with another address, or could be the text of
 *   another layout of this package
 */
export function checkLinkHash(hash: unknown, time: LinkTime, isHmac: boolean): PathName {
  const names = typeof hash === 'string' ? [...hash.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!) : [];
  const paths = names.filter(isPathName);
  const [path] = paths;
  const isKnown = names.every((name) => isPathName(name) || ['secret', 'expires', 'ip'].includes(name));
  const isComplete = names.includes('expires') && names.includes('secret') !== isHmac;
  if (path === undefined || paths.length > 1 || !isKnown || !isComplete) {
    throw optionsError(
      'hash',
      'A placeholder is missing, or one too many. Give text with {secret}, {expires}, and one of {path}, {directory} ' +
        'and {folder}; for an HMAC without {secret}, which is the key.',
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
 * slash, an expiry, or `folder:` and a folder (`azion`). A client chooses the beginning of a relative path: with
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

/** Ways to write unix seconds. */
export type LinkTime = 'decimal' | 'hex' | 'HEX';

interface TimeForm {
  /** Matches exactly what `write` returns, so that no time has two spellings. */
  readonly pattern: string;
  readonly write: (seconds: number) => string;
  readonly read: (text: string) => number;
}

const toHex = (seconds: number): string => seconds.toString(16);
const fromHex = (text: string): number => parseInt(text, 16);

export const timeForms: Readonly<Record<LinkTime, TimeForm>> = {
  decimal: { pattern: '[1-9]\\d{9}', write: String, read: Number },
  hex: { pattern: '[1-9a-f][\\da-f]{7}', write: toHex, read: fromHex },
  HEX: { pattern: '[1-9A-F][\\dA-F]{7}', write: (seconds) => toHex(seconds).toUpperCase(), read: fromHex },
};

export type LinkEncoding = 'base64url' | 'base64url=' | 'hex';

/**
 * Returns the form of a token, which has no second spelling, and what follows the token in a URL.
 *
 * @param bytes the length of the hash
 */
export function tokenForm(encoding: LinkEncoding, bytes: number): { form: string; padding: string } {
  if (encoding === 'hex') return { form: `[\\da-f]{${2 * bytes}}`, padding: '' };
  // The last character has two or four bits of the hash, and zeros.
  const last = (8 * bytes) % 6 === 2 ? '[AQgw]' : '[AEIMQUYcgkosw048]';
  const padding = encoding === 'base64url=' ? '='.repeat(3 - (bytes % 3)) : '';
  return { form: `[\\w-]{${Math.floor((8 * bytes) / 6)}}${last}`, padding };
}

interface LinkCarrier {
  readonly carrier: Carrier;
  readonly write: (fields: LinkFields) => CarriedTexts;
  /** Returns the fields of the texts that a carrier has read; `undefined` for texts that `write` does not make. */
  readonly read: (texts: readonly (string | undefined)[]) => Partial<LinkFields> | undefined;
}

interface LinkFields {
  token: string;
  /** The time as the URL writes it. */
  expires: string;
}

/** @throws `ERR_OPTIONS` unless there is one carrier, and it contains `{token}` and `{expires}` once each */
export function linkCarrier(
  { query, base }: { query?: Readonly<Record<string, string>>; base?: string },
  { form, padding }: ReturnType<typeof tokenForm>,
  timeForm: string,
): LinkCarrier {
  const templates = base === undefined ? { ...query } : { token: base };
  const all = Object.values(templates).join('&');
  const isOnce = ['{token}', '{expires}'].every((placeholder) => all.split(placeholder).length === 2);
  if (!query === !base || !isOnce || (base !== undefined && !/^\/[^?#\s%\\]*[^?#\s%\\/]$/.test(base)))
    throw optionsError(
      'query',
      'Neither `query` nor `base` is complete. Give one of them with {token} and {expires} in it. ' +
        '`base` begins with a slash.',
    );
  const texts = Object.entries(templates).map(([name, template]) => {
    const names = ['token', 'expires'].filter((each) => template.includes(`{${each}}`)) as (keyof LinkFields)[];
    names.sort((one, other) => template.indexOf(`{${one}}`) - template.indexOf(`{${other}}`));
    const source = template
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace('\\{token\\}', `(${form})${padding}`)
      .replace('\\{expires\\}', `(${timeForm})`);
    return { name, template, names, pattern: new RegExp(`^${source}$`) };
  });
  return {
    carrier:
      base === undefined
        ? queryCarrier(Object.keys(templates), { namedIn: 'query', decodes: false })
        : pathCarrier(new RegExp(`^(?<token>${texts[0]!.pattern.source.slice(1, -1)})(?<rest>/.*)$`), 'root'),
    write: ({ token, expires }) =>
      Object.fromEntries(
        texts.map(({ name, template }) => [
          name,
          template.replace('{token}', token + padding).replace('{expires}', expires),
        ]),
      ),
    read(values) {
      const fields: Partial<LinkFields> = {};
      for (let i = 0; i < texts.length; i++) {
        const { pattern, names } = texts[i]!;
        const found = pattern.exec(values[i] ?? '');
        if (!found) return undefined;
        for (let j = 0; j < names.length; j++) fields[names[j]!] = found[j + 1]!;
      }
      return fields;
    },
  };
}
