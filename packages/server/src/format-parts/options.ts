import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { readIp, readIpRange } from './ip.ts';

/**
 * Returns the value of one option, or its default for `undefined`. A value of another type is an error: the text `'60'`
 * would switch a limit off, and `'false'` would switch an option on.
 *
 * @throws `ERR_OPTIONS`
 */
export type OptionReader<T> = (value: unknown, option: string) => T;

type ReadOptions<Readers> = {
  readonly [Name in keyof Readers]: Readers[Name] extends OptionReader<infer T> ? T : never;
};

/**
 * Reads the options of a format: each has a reader, and there are no others.
 *
 * @param path the option that contains these, such as `renewal`
 * @throws `ERR_OPTIONS`
 */
export function readAll<
  Options extends object,
  Readers extends { readonly [Name in keyof Options]-?: OptionReader<unknown> },
>(options: Options, readers: Readers, path?: string): ReadOptions<Readers> {
  const names = Object.keys(readers) as (keyof Options & string)[];
  checkNames(options, Object.fromEntries(names.map((name) => [name, true])) as Record<keyof Options, true>, path);
  const prefix = path === undefined ? '' : `${path}.`;
  return Object.fromEntries(
    names.map((name) => [name, readers[name](options[name], prefix + name)]),
  ) as ReadOptions<Readers>;
}

/** Makes a reader. @param remedy what to write; begins with what is wrong, unless the kind of the value says it */
function reader<T, Fallback>(
  isGood: (value: unknown) => boolean,
  remedy: string,
  fallback: Fallback,
): OptionReader<T | Fallback> {
  return (value, option) => {
    if (value === undefined) return fallback;
    if (isGood(value)) return value as T;
    throw remedy.startsWith('This ') ? optionsError(option, remedy) : optionsError(option, remedy, value);
  };
}

const isWhole = (least: number) => (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least;

/** Makes a reader of an option that has no default. */
export const required =
  <T>(read: OptionReader<T | undefined>): OptionReader<T> =>
  (value, option) =>
    read(value === undefined ? null : value, option)!;

/** For options that the format reads by itself. */
export const elsewhere: OptionReader<undefined> = () => undefined;
/** Options that `withSecrets`, `keyList` and `valueCarrier` read. */
type Elsewhere<Name extends string> = Readonly<Record<Name, OptionReader<undefined>>>;
export const secrets: Elsewhere<'secret' | 'secrets'> = { secret: elsewhere, secrets: elsewhere };
export const keys: Elsewhere<'key' | 'keys'> = { key: elsewhere, keys: elsewhere };
export const carrier: Elsewhere<'carrier' | 'cookie' | 'param'> = {
  carrier: elsewhere,
  cookie: elsewhere,
  param: elsewhere,
};

export const flag = (fallback = false): OptionReader<boolean> =>
  reader((value) => typeof value === 'boolean', 'Give true or false.', fallback);

export const oneOf = <const Name extends string | number>(
  names: readonly Name[],
  fallback: NoInfer<Name>,
): OptionReader<Name> => {
  const list = names.map((name) => (typeof name === 'string' ? `'${name}'` : String(name)));
  const remedy = `This is unknown. Give ${list.slice(0, -1).join(', ')} or ${list.at(-1)!}.`;
  return reader((value) => names.includes(value as Name), remedy, fallback);
};

export const pathForm = (fallback: PathForm): OptionReader<PathForm> => oneOf(['decoded', 'raw'], fallback);

/** `maxTtl`: seconds, or `Infinity`. */
export const maxLifetime: OptionReader<number> = /* @__PURE__ */ reader(
  (value) => typeof value === 'number' && value > 0,
  'Give a number of seconds, more than 0, or Infinity.',
  86_400,
);

export const seconds = <Fallback>(least: number, fallback: Fallback): OptionReader<number | Fallback> =>
  reader(isWhole(least), `Give seconds, a whole number, ${least} or more.`, fallback);

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

/** The client's address. */
export const address: OptionReader<string | undefined> = /* @__PURE__ */ reader(
  (value) => readIp(value) !== undefined,
  'This is not an address. Give an IPv4 or IPv6 address.',
  undefined,
);

export const ipRange: OptionReader<string | undefined> = /* @__PURE__ */ reader(
  (value) => readIpRange(value) !== undefined,
  'This is not a range. Give an address, or a CIDR range such as 203.0.113.0/24.',
  undefined,
);

/** Text that fits a pattern. @param remedy what is wrong with another text, and what to give */
export const matching = <Fallback>(
  pattern: RegExp,
  remedy: string,
  fallback: Fallback,
): OptionReader<string | Fallback> =>
  reader((value) => typeof value === 'string' && pattern.test(value), remedy, fallback);

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
