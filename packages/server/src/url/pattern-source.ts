/** The source of a pattern and how it is read. */
export type Pattern = Pick<RegExp, 'source' | 'flags'>;

const group = /\((?:\?(?:<?[=!]|[\w-]*:|<[^>=!]+>))?/;
const flatClass = /\[(?:\\.|[^\]\\])*\]/;
const escaped = /\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]*\}|k<[^>]*>|c[a-z]|.)/;
const quantifier = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/;
const anyOf = (...parts: readonly RegExp[]): RegExp =>
  new RegExp([...parts, /./].map(({ source }) => source).join('|'), 'gisu');
const piece = anyOf(group, flatClass, escaped, quantifier);
const pieceWithoutClasses = anyOf(group, escaped, quantifier);

/** The beginning of a group, a class, an escape, a quantifier, or a character, piece by piece. */
export function piecesOf({ source, flags }: Pattern): readonly string[] {
  if (!flags.includes('v')) return source.match(piece) ?? [];
  // With this flag, classes stand in classes.
  const pieces: string[] = [];
  let depth = 0;
  for (const each of source.match(pieceWithoutClasses) ?? []) {
    pieces.push(depth > 0 ? `${pieces.pop() ?? ''}${each}` : each);
    if (each === '[') depth++;
    if (each === ']') depth--;
  }
  return pieces;
}

/** Whether a piece that stands for one character may be this one. */
export function canBe(each: string, character: string, flags: string): boolean {
  // Groups, anchors, quantifiers, and references to what a group has found, stand for none.
  if (/^(?:[()|^$*+?{]|\\[k1-9])/.test(each)) return false;
  return new RegExp(`^${each}$`, `s${flags.replace(/[^uv]/g, '')}`).test(character);
}

/**
 * Whether nothing without a `?` in it fits a pattern: a `?` is written where it is neither optional nor in one of
 * several alternatives. A class that holds one counts as one, for who writes `[?&]` means a query.
 */
export function needsQuestionMark(pattern: Pattern): boolean {
  const pieces = piecesOf(pattern);
  let at = 0;
  /** Up to the end of a group, or of the pattern. */
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

/** Whether what stands in front of this piece may be missing. */
export function isOptional(next = ''): boolean {
  return /^(?:[*?]|\{0+(?:,\d*)?\})\??$/.test(next);
}
