import { optionsError } from '../../errors/options-error.ts';

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
export type TemplateReader = (text: string, fields: Record<string, string>) => boolean;

/** Creates a reader for the texts of `templateWriter`. */
export function templateReader(template: string, patterns: LinkFields): TemplateReader {
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
