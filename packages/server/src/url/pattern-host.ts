import { canBe, isOptional, piecesOf } from './pattern-source.ts';
import type { Pattern } from './pattern-source.ts';

/** Endings of a host that no canonical URL has: a port, or a dot. */
type HostFault = 'port' | 'dot';

/**
 * Finds a port or a final dot that a pattern requires of the host, in front of the first slash of the path. No
 * canonical URL has either, so the pattern would never match. One of several alternatives that requires it counts too,
 * because that alternative would never match. An optional part, as in `(?::8443)?`, does not count.
 */
export function hostFault(pattern: Pattern): HostFault | undefined {
  const { flags } = pattern;
  const pieces = piecesOf(pattern);
  // A pattern with `^` or a scheme begins with a host. Anything behind a colon is then a port, except the slash of a
  // scheme.
  const isAboutHost = pattern.source.startsWith('^') || /(?<!\(\?):\\?\//.test(pattern.source);
  const lastBracket = pieces.lastIndexOf('\\]');
  let at = 0;
  const faultOf = (each: string): HostFault | undefined => {
    const next = (): string => {
      let behind = at;
      while (/^[()]/.test(pieces[behind] ?? '')) behind++;
      return pieces[behind] ?? '';
    };
    const isPort = (piece: string): boolean => isDigit(piece, flags) || (isAboutHost && !canBe(piece, '/', flags));
    if (isWritten(':', each, flags) && !isOptional(pieces[at]) && isPort(next())) return 'port';
    return isWritten('.', each, flags) && isWritten('/', next(), flags) ? 'dot' : undefined;
  };
  /** Reads up to the end of a group, or of the pattern. */
  const readGroup = (isBehindSlash: boolean): { isPath: boolean; fault: HostFault | undefined } => {
    let [isPath, isAnyPath, isEmpty, mayBeEmpty] = [isBehindSlash, false, true, false];
    let fault: HostFault | undefined;
    for (let each = pieces[at++]; each !== undefined && each !== ')'; each = pieces[at++]) {
      if (each === '|') {
        [isPath, isAnyPath, isEmpty, mayBeEmpty] = [isBehindSlash, isAnyPath || isPath, true, mayBeEmpty || isEmpty];
        continue;
      }
      isEmpty = false;
      if (each.startsWith('(')) {
        const group = readGroup(isPath);
        if (!/^\(\?<?!/.test(each) && !isOptional(pieces[at])) fault ??= group.fault;
        if (!/^\(\?<?[=!]/.test(each)) isPath ||= group.isPath;
      } else if (each === '\\[' && !isPath && at <= lastBracket) {
        // An IPv6 address is full of colons.
        at = pieces.indexOf('\\]', at);
      } else if (isWritten('/', each, flags)) {
        const next = pieces[at] ?? '';
        // Only a scheme has two slashes, and behind it the host is still to come.
        if (next === '{2}' || next === '+' || isWritten('/', next, flags)) at++;
        else isPath = true;
      } else if (!isPath) fault ??= faultOf(each);
    }
    return { isPath: isAnyPath || isPath, fault: mayBeEmpty || isEmpty ? undefined : fault };
  };
  return readGroup(false).fault;
}

/** Whether a piece matches this character and no other: the character itself, escaped, or alone in a class. */
function isWritten(character: string, each: string, flags: string): boolean {
  // A dot stands for any character.
  if (each === '.' || !canBe(each, character, flags)) return false;
  return !/^\[\^|^\\[pdsw]/i.test(each) && (!each.startsWith('[') || /^\[\\?.\]$/s.test(each));
}

function isDigit(each: string, flags: string): boolean {
  const isOther = ['a', '/', '-'].some((character) => canBe(each, character, flags));
  return !isOther && Array.from('0123456789').some((digit) => canBe(each, digit, flags));
}

/**
 * Returns the letters and digits that a pattern with `^` at its beginning requires of the host: those in front of the
 * first slash behind the scheme, up to the first piece that could itself match a slash.
 */
export function hostCharacters({ source, flags }: Pattern): string {
  const [start, ...pieces] = piecesOf({ source: source.replace(/:(?:\\?\/){2}/g, ''), flags });
  if (start !== '^') return '';
  let characters = '';
  let depth = 0;
  for (const each of pieces) {
    if (each.startsWith('(')) depth++;
    if (each === ')') depth--;
    if ((each === '|' && depth === 0) || endsHost(each, flags)) break;
    if (/^[\p{L}\p{N}]$/u.test(each)) characters += each;
  }
  return characters;
}

/**
 * Whether a piece may match a slash, or is no plain part of a host: a look-around, a group with flags, a back reference
 * or a Unicode property.
 */
function endsHost(each: string, flags: string): boolean {
  if (each.startsWith('(')) return !/^\((?:\?(?::|<[^=!].*))?$/.test(each);
  if (/^(?:[)|^$]|[*+?{].*)$/.test(each)) return false;
  return /^\\[kp1-9]/i.test(each) || canBe(each, '/', flags);
}
