/** One piece of a pattern's source: the beginning of a group, a class, an escape, a quantifier, or a character. */
const piece = new RegExp(
  [
    /\((?:\?(?:<?[=!]|[\w-]*:|<[^>=!]+>))?/,
    /\[(?:\\.|[^\]\\])*\]/,
    /\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]*\}|k<[^>]*>|c[a-z]|.)/,
    /(?:[*+?]|\{\d+(?:,\d*)?\})\??/,
    /./,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gisu',
);

function piecesOf(source: string): readonly string[] {
  return source.match(piece) ?? [];
}

/**
 * Whether nothing without a `?` in it fits a pattern: a `?` is written where it is neither optional nor in one of
 * several alternatives. A class that holds one counts as one, for who writes `[?&]` means a query.
 */
export function needsQuestionMark({ source }: RegExp): boolean {
  const pieces = piecesOf(source);
  let at = 0;
  /** Up to the end of a group, or of the pattern. */
  const doesGroupNeedIt = (): boolean => {
    const alternatives = [false];
    for (let each = pieces[at++]; each !== undefined && each !== ')'; each = pieces[at++]) {
      if (each === '|') alternatives.push(false);
      const isNeeded = each.startsWith('(') ? doesGroupNeedIt() && !/^\(\?<?!/.test(each) : isQuestionMark(each);
      if (isNeeded && !isOptional(pieces[at])) alternatives[alternatives.length - 1] = true;
    }
    return alternatives.every(Boolean);
  };
  return doesGroupNeedIt();
}

function isQuestionMark(each: string): boolean {
  return /^\\(?:\?|x3f|u003f|u\{0*3f\})$/i.test(each) || /^\[(?!\^).*\?/s.test(each);
}

function isOptional(quantifier = ''): boolean {
  return /^(?:[*?]|\{0+(?:,\d*)?\})\??$/.test(quantifier);
}

/**
 * The letters and digits that a pattern with `^` at its beginning asks of the host: those in front of the first slash
 * behind the scheme, up to the first piece that could itself be a slash.
 */
export function hostCharacters({ source }: RegExp): string {
  const [start, ...pieces] = piecesOf(source.replace(/:(?:\\?\/){2}/g, ''));
  if (start !== '^') return '';
  let characters = '';
  let depth = 0;
  for (const each of pieces) {
    if (each.startsWith('(')) depth++;
    if (each === ')') depth--;
    if ((each === '|' && depth === 0) || endsHost(each)) break;
    if (/^[\p{L}\p{N}]$/u.test(each)) characters += each;
  }
  return characters;
}

/** Whether a piece may be a slash, or is read in a way of its own: look-arounds, flags of a group, a name. */
function endsHost(each: string): boolean {
  if (each.startsWith('(')) return !/^\((?:\?(?::|<[^=!].*))?$/.test(each);
  if (/^(?:[)|^$]|[*+?{].*)$/.test(each)) return false;
  return /^\\[kp]/i.test(each) || new RegExp(`^${each}$`, 's').test('/');
}
