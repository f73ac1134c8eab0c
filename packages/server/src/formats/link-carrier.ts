import type { Token } from 'secure-token-core';
import { optionsError } from '../errors/options-error.ts';
import { readValue } from '../format-parts/read-value.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import { checkParameterNames, tokenQuery } from '../token/token-query.ts';

export interface LinkCarrierOptions {
  /**
   * For a token in the query: values by parameter, with `{token}` and `{expires}`, such as `{ md5: '{token}', expires:
   * '{expires}' }`.
   */
  query?: Readonly<Record<string, string>>;
  /** For a token before the path: its form, such as `/{token}/{expires}`. */
  base?: string;
  /** Whether the CDN decodes escapes in the values of the query. @default false, as nginx */
  escaped?: boolean;
}

export interface TokenCarrierOptions extends LinkCarrierOptions {
  /** Text that follows the token wherever the token is carried, and is not compared. @default '' */
  readonly padding?: string;
}

interface Carried {
  readonly token: string;
  /** The time as the URL writes it. */
  readonly stamp: string;
  /** The path without the token; `search` is the query without it. */
  readonly pathname: string;
  readonly search: string;
}

interface LinkCarrier {
  /** @param link `prefix` is the folder that is opened; without a `prefix`, `opened` says what is opened */
  readonly token: (link: {
    origin: string;
    prefix: string | undefined;
    opened: Pick<Token, 'url' | 'anyQuery'>;
    expires: number;
    fields: LinkFields;
  }) => Token;
  readonly read: (url: URL) => Carried | 'missing' | 'malformed';
  /** For tokens in the path: returns the URL without its token. */
  readonly bare?: (url: URL) => URL;
  /** For tokens in the query: the names of their parameters. */
  readonly parameters?: readonly string[];
  /** Returns the query of a URL to sign, without a token. @throws `ERR_OPTIONS` if the query contains a name twice */
  readonly searchOf: (url: URL) => string;
}

/** @throws `ERR_OPTIONS` unless there is one carrier, and it contains `{token}` and `{expires}` once each */
export function linkCarrier(
  { query, base, escaped = false, padding = '' }: TokenCarrierOptions,
  patterns: LinkFields,
): LinkCarrier {
  const template = Object.values(query ?? { base }).join('&');
  const once = ['{token}', '{expires}'].every((placeholder) => template.split(placeholder).length === 2);
  if (!query === !base || !once || (base !== undefined && !/^\/[^?#\s%\\]*[^?#\s%\\/]$/.test(base))) {
    throw optionsError(
      'query',
      'Neither `query` nor `base` is complete. Give one of them with {token} and {expires} in it. ' +
        '`base` begins with a slash.',
    );
  }
  checkParameterNames('query', Object.keys(query ?? {}));
  const padded = (each: string): string => each.replace('{token}', `{token}${padding}`);
  if (base !== undefined) return inPath(padded(base), patterns);
  return inQuery(Object.keys(query!), Object.values(query!).map(padded), patterns, escaped);
}

function inQuery(
  names: readonly string[],
  templates: readonly string[],
  patterns: LinkFields,
  escaped: boolean,
): LinkCarrier {
  const readers = templates.map((each) => templateReader(each, patterns));
  const writers = templates.map((each) => templateWriter(each));
  return {
    token: ({ expires, prefix, opened, fields }) => {
      const carried = Object.fromEntries(names.map((name, i) => [name, writers[i]!(fields)]));
      return { ...(prefix ? { prefix } : opened), expires, query: carried };
    },
    searchOf: (url) => searchToSign(url, names),
    parameters: names,
    read: (url) => {
      const own = tokenQuery(url.search, names);
      if (!own) return 'malformed';
      if (own.values.some((value) => !value)) return 'missing';
      const fields: Record<string, string> = {};
      for (let i = 0; i < names.length; i++) {
        const value = escaped ? readValue(own.values[i]!) : own.values[i]!;
        if (value === undefined || !readers[i]!(value, fields)) return 'malformed';
      }
      return { token: fields.token!, stamp: fields.expires!, pathname: url.pathname, search: own.rest };
    },
  };
}

function inPath(base: string, patterns: LinkFields): LinkCarrier {
  const read = templateReader(`${base}{rest}`, { ...patterns, rest: '/.*' });
  const write = templateWriter(base);
  return {
    token: ({ origin, expires, prefix, opened, fields }) => {
      const front = origin + write(fields);
      return prefix
        ? { prefix, expires, base: front + prefix.slice(origin.length) }
        : { ...opened, expires, base: `${front}/` };
    },
    searchOf: ({ search }) => search,
    bare: (url) => {
      const fields: Record<string, string> = {};
      return read(url.pathname, fields) ? new URL(url.origin + fields.rest! + url.search) : url;
    },
    read: ({ pathname, search }) => {
      const fields: Record<string, string> = {};
      if (!read(pathname, fields)) return 'missing';
      return { token: fields.token!, stamp: fields.expires!, pathname: fields.rest!, search };
    },
  };
}

export type LinkFields = Readonly<Record<string, string>>;

/**
 * Creates a writer for a template, which is parsed once. The writer throws `ERR_OPTIONS` for a placeholder without a
 * field.
 *
 * @param known fields that are the same each time
 */
export function templateWriter(template: string, known: LinkFields = {}): (fields: LinkFields) => string {
  // Texts and names alternate, and a text comes first.
  const parts = template.split(/\{(\w+)\}/);
  const values = parts.map((name, i) => (i % 2 === 1 ? known[name] : undefined));
  return (fields) => {
    let text = parts[0]!;
    for (let i = 1; i < parts.length; i += 2) {
      const value = values[i] ?? fields[parts[i]!];
      if (value === undefined) throw unknownPlaceholder(parts[i]!, { ...fields, ...known });
      text += value + parts[i + 1]!;
    }
    return text;
  };
}

function unknownPlaceholder(name: string, fields: LinkFields): Error {
  return optionsError('hash', `{${name}} is not a placeholder. Known here: ${Object.keys(fields).join(', ')}.`);
}

/** Puts the fields of a text into `fields`; returns `false` for a text that `templateWriter` does not make. */
type TemplateReader = (text: string, fields: Record<string, string>) => boolean;

/** Creates a reader for the texts of `templateWriter`. */
function templateReader(template: string, patterns: LinkFields): TemplateReader {
  const names: string[] = [];
  const source = template
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined || patterns[name] === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(name);
      return `(${patterns[name]})`;
    })
    .join('');
  const pattern = new RegExp(`^${source}$`);
  return (text, fields) => {
    const found = pattern.exec(text);
    if (!found) return false;
    for (let i = 0; i < names.length; i++) fields[names[i]!] = found[i + 1]!;
    return true;
  };
}
