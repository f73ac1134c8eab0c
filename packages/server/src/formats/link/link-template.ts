import { optionsError } from '../../errors/options-error.ts';

export type LinkFields = Readonly<Record<string, string>>;

/** @throws `ERR_OPTIONS` for a placeholder that `fields` does not have */
export function fillTemplate(template: string, fields: LinkFields): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = fields[name];
    if (value === undefined)
      throw optionsError('hash', `${placeholder} is not a placeholder. Known here: ${Object.keys(fields).join(', ')}.`);
    return value;
  });
}

/** A reader for what `fillTemplate` made: the fields, or `undefined` for any other text. */
export function templateReader(
  template: string,
  patterns: LinkFields,
  tail = '',
): (text: string) => LinkFields | undefined {
  const source = template
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      return name && patterns[name] ? `(?<${name}>${patterns[name]})` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  const pattern = new RegExp(`^${source}${tail}$`);
  return (text) => pattern.exec(text)?.groups;
}
