import { OptionsError, optionsError } from './options-error.ts';

/**
 * Returns what the value of an option means, or throws. A value of another type is an error: the text `'60'` would
 * switch a limit off, and `'false'` would switch an option on.
 *
 * @throws `ERR_OPTIONS`
 */
export type OptionReader<T> = (value: unknown, option: string) => T;

/** One reader for each option; the compiler checks that none is missing. */
type Readers<Options> = { readonly [Name in keyof Options]-?: (value: Options[Name], option: string) => unknown };

/** What the readers return. An option whose reader returns `unknown` keeps the type that `Options` declares. */
type ReadOptions<Options, Table extends Readers<Options>> = {
  readonly [Name in keyof Table & keyof Options]: unknown extends ReturnType<Table[Name]>
    ? Options[Name]
    : ReturnType<Table[Name]>;
};

/**
 * Reads options. A misspelt option would be ignored without an error, so there are no others than those with a reader.
 * An option that is `undefined` counts as left out.
 *
 * @param path the option that contains these, such as `cors`
 * @throws `ERR_OPTIONS` for a name without a reader, and if `options` is not an object
 */
export function readOptions<Options extends object, Table extends Readers<Options>>(
  options: Options,
  readers: Table,
  path?: string,
): ReadOptions<Options, Table> {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null)
    throw optionsError(path ?? 'options', 'Give an object.', options);
  const front = path === undefined ? '' : `${path}.`;
  for (const name of Object.keys(options) as (keyof Options & string)[])
    if (!Object.hasOwn(readers, name) && options[name] !== undefined)
      throw new OptionsError(front + name, `Unknown option '${front}${name}'. ${suggestionFor(name, readers, front)}`);
  const found: Partial<Record<keyof Options, unknown>> = {};
  for (const name of Object.keys(readers) as (keyof Options & string)[])
    found[name] = readers[name](options[name], front + name);
  return found as ReadOptions<Options, Table>;
}

/** Returns a sentence about an unknown name: the known one that the author probably meant, or all of them. */
function suggestionFor(unknown: string, readers: object, front: string): string {
  const names = Object.keys(readers);
  const distances = names.map((name) => distance(unknown.toLowerCase(), name.toLowerCase()));
  const least = Math.min(...distances);
  if (least > Math.max(1, unknown.length / 3)) return `Known options: ${names.join(', ')}.`;
  return `Did you mean '${front}${names[distances.indexOf(least)]!}'?`;
}

/**
 * Returns the number of letters to change, add or remove to turn one text into the other. The edge function contains
 * this code, of whose size a library would be a tenth.
 */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (const [column, otherLetter] of Array.from(other).entries())
      next.push(Math.min(next[column]! + 1, row[column + 1]! + 1, row[column]! + (letter === otherLetter ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}

/**
 * Makes a reader.
 *
 * @param remedy what to write; begins with what is wrong, unless the kind of the value says it
 * @param fallback the default; without it, the option has to be given
 */
export function reader<T, Fallback = never>(
  isGood: (value: unknown) => boolean,
  remedy: string,
  ...fallback: readonly Fallback[]
): OptionReader<T | Fallback> {
  return (value, option) => {
    if (value === undefined && fallback.length > 0) return fallback[0]!;
    if (isGood(value)) return value as T;
    throw remedy.startsWith('This ') ? optionsError(option, remedy) : optionsError(option, remedy, value);
  };
}

/** Makes a reader of an option that may be left out from one of an option that has to be given. */
export const optional =
  <T>(read: OptionReader<T>): OptionReader<T | undefined> =>
  (value, option) =>
    value === undefined ? undefined : read(value, option);

/** For options that are checked where they are used. */
export const given: OptionReader<unknown> = (value) => value;
/** Options of several formats that one module reads: `withSecrets`, `keyList`, `valueCarrier`. */
export type Given<Name extends string> = Readonly<Record<Name, OptionReader<unknown>>>;
export const secrets: Given<'secret' | 'secrets'> = { secret: given, secrets: given };
export const keys: Given<'key' | 'keys'> = { key: given, keys: given };
export const carrier: Given<'carrier' | 'cookie'> = { carrier: given, cookie: given };

/** Keys of which the first one signs, and all verify. */
export const keyEntries: OptionReader<unknown> = /* @__PURE__ */ reader(
  (value) => Array.isArray(value) && value.length > 0,
  'This is no list, or empty. Give at least one key. The first one signs.',
);

/** Name of a parameter, a cookie or a header, which its carrier checks. */
export const nameOr = (fallback: string): OptionReader<string> =>
  reader((value) => typeof value === 'string', 'Give a name.', fallback);

/** A function that has to be given. */
export const callback = (remedy: string): OptionReader<unknown> =>
  reader((value) => typeof value === 'function', remedy);

/** A function that may be left out. */
export const hook: OptionReader<unknown> = /* @__PURE__ */ optional(/* @__PURE__ */ callback('Give a function.'));

/** An object of the app that has a method. */
export const having = (method: string, remedy: string): OptionReader<unknown> =>
  reader((value) => typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function', remedy);

export const flag = (fallback = false): OptionReader<boolean> =>
  reader((value) => typeof value === 'boolean', 'Give true or false.', fallback);

export const oneOf = <const Name extends string | number>(
  names: readonly Name[],
  ...fallback: readonly NoInfer<Name>[]
): OptionReader<Name> => {
  const list = names.map((name) => (typeof name === 'string' ? `'${name}'` : String(name)));
  const remedy = `This is unknown. Give ${list.slice(0, -1).join(', ')} or ${list.at(-1)!}.`;
  return reader((value) => names.includes(value as Name), remedy, ...fallback);
};

export const pathForm = (fallback: 'decoded' | 'raw'): OptionReader<'decoded' | 'raw'> =>
  oneOf(['decoded', 'raw'], fallback);

const isWhole = (least: number) => (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least;

export const wholeSeconds = (least: number, ...fallback: readonly number[]): OptionReader<number> =>
  reader(isWhole(least), `Give seconds, a whole number, ${least} or more.`, ...fallback);

/** Seconds, which may have a fraction. */
export const duration = (...fallback: readonly number[]): OptionReader<number> =>
  reader((value) => Number.isFinite(value) && (value as number) > 0, 'Give seconds, more than 0.', ...fallback);

/** The most that there may be of something. */
export const most = (...fallback: readonly number[]): OptionReader<number> =>
  reader((value) => value === Infinity || isWhole(1)(value), 'Give a whole number, at least 1.', ...fallback);

/** `maxTtl`: seconds, or `Infinity`. */
export const maxLifetime: OptionReader<number> = /* @__PURE__ */ reader(
  (value) => typeof value === 'number' && value > 0,
  'Give a number of seconds, more than 0, or Infinity.',
  86_400,
);

/** `startsAt`: unix seconds before which a token opens nothing. */
export const unixTime: OptionReader<number | undefined> = /* @__PURE__ */ reader(
  (value) => isWhole(1e9)(value) && (value as number) < 1e10,
  'Give unix seconds, a whole number of ten digits.',
  undefined,
);

/** `depth`: the number of folders from the root to the folder that a token opens; all by default. */
export const folderCount: OptionReader<number> = /* @__PURE__ */ reader(
  (value) => value === Infinity || isWhole(0)(value),
  'Give a number of folders.',
  Infinity,
);

/** `depth`: the number of folders from the root to a folder other than the root. */
export const folderDepth: OptionReader<number> = /* @__PURE__ */ reader(
  isWhole(1),
  'Give a number of folders, a whole number, at least 1.',
);

/** Text that fits a pattern. @param remedy what is wrong with another text, and what to give */
export const matching = <Fallback = never>(
  pattern: RegExp,
  remedy: string,
  ...fallback: readonly Fallback[]
): OptionReader<string | Fallback> =>
  reader((value) => typeof value === 'string' && pattern.test(value), remedy, ...fallback);

/**
 * Text that becomes a part of the signed text. A separator of the format would turn it into two fields, and a lone
 * surrogate is encoded like U+FFFD.
 */
export const signedText = (separators: readonly string[]): OptionReader<string | undefined> =>
  reader(
    (value) =>
      typeof value === 'string' && !/[\p{Cc}\p{Cs}]/u.test(value) && !separators.some((each) => value.includes(each)),
    `This has characters that are not allowed. Give text without ${['control characters', ...separators].join(' and ')}.`,
    undefined,
  );
