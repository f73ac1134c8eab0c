/** What a token says, as `name=value` with separators between them that no value contains. */
export type TokenFields<Value = string | number | undefined> = Readonly<Record<string, Value>>;

/** Writes the fields that have a value, in their order. */
export function writeFields(fields: TokenFields, separator: string): string {
  let text = '';
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) text += `${text && separator}${name}=${value}`;
  }
  return text;
}

/**
 * Reads fields. Returns `undefined` for a text that `writeFields` does not make: with another name than `names`, with
 * one twice, or in another order.
 */
export function readFields<Name extends string>(
  text: string,
  names: readonly Name[],
  separator: string,
): Partial<Record<Name, string>> | undefined {
  const fields: Partial<Record<Name, string>> = {};
  let next = 0;
  for (const pair of text.split(separator)) {
    const equals = pair.indexOf('=');
    const index = names.indexOf(pair.slice(0, Math.max(equals, 0)) as Name, next);
    if (index < 0) return undefined;
    fields[names[index]!] = pair.slice(equals + 1);
    next = index + 1;
  }
  return fields;
}
