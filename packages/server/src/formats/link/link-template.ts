import { optionsError } from '../../errors/options-error.ts';

export type LinkFields = Readonly<Record<string, string>>;

/** A writer for a template, which is taken apart once. It throws `ERR_OPTIONS` for a placeholder without a field. */
export function templateWriter(template: string): (fields: LinkFields) => string {
  // Texts and names by turns: a text is first.
  const parts = template.split(/\{(\w+)\}/);
  return (fields) => {
    let text = parts[0]!;
    for (let i = 1; i < parts.length; i += 2) {
      const value = fields[parts[i]!];
      if (value === undefined) throw unknownPlaceholder(parts[i]!, fields);
      text += value + parts[i + 1]!;
    }
    return text;
  };
}

function unknownPlaceholder(name: string, fields: LinkFields): Error {
  return optionsError('hash', `{${name}} is not a placeholder. Known here: ${Object.keys(fields).join(', ')}.`);
}

/** A reader for what `templateWriter` makes: the fields, or `undefined` for any other text. */
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
