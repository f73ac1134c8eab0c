const variableReference = /\{\$([\w-]+)\}/g;

/** Longer than any URL that is served; variables made of variables must not grow beyond all bounds. */
const maxLength = 8192;
/**
 * Characters that variables may bring into a playlist, for each of its own: one of 8 kB may stand in any number of
 * lines.
 */
const maxGrowth = 8;
const minGrowth = 65_536;
/**
 * Part of one name in a path: no `/`, no dot segment, nothing that ends the path or escapes. Nor is it empty: without
 * `{$a}`, `{$a}/film.mp4` begins at the root.
 */
const pathPart = /^[\w~-]+(?:\.[\w~-]+)*$/;

interface PlaylistVariable {
  readonly value: string;
  /** From the query of the playlist's URL, which whoever asks for the playlist may choose. */
  readonly isAsked?: boolean;
}

/** The variables that an importing playlist gets of the one that led to it. */
export type PlaylistVariables = ReadonlyMap<string, PlaylistVariable>;

interface PlaylistScope {
  /** Takes the attributes of one `EXT-X-DEFINE`. */
  readonly define: (attributes: ReadonlyMap<string, string>) => void;
  /** `undefined` when `text` holds a variable without a known value, or one that may not stand there. */
  readonly substitute: (text: string) => string | undefined;
  readonly variables: PlaylistVariables;
}

/**
 * Variable substitution (RFC 8216bis section 4.3): `NAME`, `QUERYPARAM` of the playlist's URL, and `IMPORT`.
 *
 * A `QUERYPARAM` may say anything in the query of a URI, and in its path a name, no more and no less: otherwise a
 * viewer could lead the path, and with it the signature, to any other file. Nor may it make a playlist as long as the
 * viewer likes: what variables bring into one is bounded by its own length, and beyond that they have no known value.
 *
 * @param textLength of the playlist
 */
export function playlistVariables(textLength: number, playlistUrl: URL, imports?: PlaylistVariables): PlaylistScope {
  const variables = new Map<string, PlaylistVariable>();
  let asked: ReadonlyMap<string, string> | undefined;
  let left = Math.max(minGrowth, textLength * maxGrowth);
  const substitute = (text: string): string | undefined => {
    let [result, end, isQuery] = ['', 0, false];
    for (const { 0: reference, 1: name, index } of text.matchAll(variableReference)) {
      const variable = variables.get(name!);
      const before = text.slice(end, index);
      if (!variable || result.length + before.length + variable.value.length > maxLength) return undefined;
      left -= variable.value.length;
      if (left < 0) return undefined;
      isQuery ||= /[?#]/.test(before);
      if (variable.isAsked && !isQuery && !pathPart.test(variable.value)) return undefined;
      isQuery ||= /[?#]/.test(variable.value);
      result += before + variable.value;
      end = index + reference.length;
    }
    return result + text.slice(end);
  };
  return {
    variables,
    substitute,
    define(attributes) {
      const [name, imported, parameter] = ['NAME', 'IMPORT', 'QUERYPARAM'].map((each) => attributes.get(each));
      if (name) {
        const value = substitute(attributes.get('VALUE') ?? '');
        if (value !== undefined) variables.set(name, { value });
      } else if (imported) {
        const variable = imports?.get(imported);
        if (variable) variables.set(imported, variable);
      } else if (parameter) {
        // Read once: a search of a long query for each of many definitions takes seconds. The first of a name counts.
        asked ??= new Map([...playlistUrl.searchParams].reverse());
        const value = asked.get(parameter);
        // The specification forbids the value what would end an attribute or a line.
        if (value !== undefined && !/["\r\n]/.test(value)) variables.set(parameter, { value, isAsked: true });
      }
    },
  };
}
