/** The source of a pattern, and the flags that decide how it is read. */
export type Pattern = Pick<RegExp, 'source' | 'flags'>;

const group = /\((?:\?(?:<?[=!]|[\w-]*:|<[^>=!]+>))?/;
const flatClass = /\[(?:\\.|[^\]\\])*\]/;
const escaped = /\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]*\}|k<[^>]*>|c[a-z]|.)/;
const quantifier = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/;
const anyOf = (...parts: readonly RegExp[]): RegExp =>
  new RegExp([...parts, /./].map(({ source }) => source).join('|'), 'gisu');
const piece = anyOf(group, flatClass, escaped, quantifier);
const pieceWithoutClasses = anyOf(group, escaped, quantifier);

/** Splits a pattern into pieces: the beginning of a group, a class, an escape, a quantifier, or a single character. */
export function piecesOf({ source, flags }: Pattern): readonly string[] {
  if (!flags.includes('v')) return source.match(piece) ?? [];
  // With the flag `v`, a class may contain classes.
  const pieces: string[] = [];
  let depth = 0;
  for (const each of source.match(pieceWithoutClasses) ?? []) {
    pieces.push(depth > 0 ? `${pieces.pop() ?? ''}${each}` : each);
    if (each === '[') depth++;
    if (each === ']') depth--;
  }
  return pieces;
}

/** Whether a piece that matches one character can match this one. */
export function canBe(each: string, character: string, flags: string): boolean {
  // Groups, anchors, quantifiers and back references do not match a single character.
  if (/^(?:[()|^$*+?{]|\\[k1-9])/.test(each)) return false;
  return new RegExp(`^${each}$`, `s${flags.replace(/[^uv]/g, '')}`).test(character);
}

/**
 * Whether a pattern matches only texts that contain a `?`: every alternative has a `?` that is not optional. A class
 * that contains a `?` counts as one, because an author who writes `[?&]` means a query.
 */
export function needsQuestionMark(pattern: Pattern): boolean {
  const pieces = piecesOf(pattern);
  let at = 0;
  /** Reads up to the end of a group, or of the pattern. */
  const doesGroupNeedIt = (): boolean => {
    const alternatives = [false];
    for (let each = pieces[at++]; each !== undefined && each !== ')'; each = pieces[at++]) {
      if (each === '|') alternatives.push(false);
      const isNeeded = each.startsWith('(')
        ? doesGroupNeedIt() && !/^\(\?<?!/.test(each)
        : isQuestionMark(each, pattern.flags);
      if (isNeeded && !isOptional(pieces[at])) alternatives[alternatives.length - 1] = true;
    }
    return alternatives.every(Boolean);
  };
  return doesGroupNeedIt();
}

function isQuestionMark(each: string, flags: string): boolean {
  const isWritten = /^\\(?:\?|x3f|u003f|u\{0*3f\})$/i.test(each) || /^\[(?!\^).*\?/s.test(each);
  return isWritten && canBe(each, '?', flags);
}

/** Whether this piece is a quantifier that makes the piece in front of it optional. */
export function isOptional(next = ''): boolean {
  return /^(?:[*?]|\{0+(?:,\d*)?\})\??$/.test(next);
}
