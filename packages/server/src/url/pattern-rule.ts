import { optionsError } from '../errors/options-error.ts';
import { encodePath } from './canonical-path.ts';
import { decodeOnce } from './decode-once.ts';
import { hostCharacters, hostFault } from './pattern-host.ts';
import { needsQuestionMark } from './pattern-source.ts';

/**
 * Checks that a pattern can match a URL in the form in which URLs are compared. Otherwise it would protect nothing.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkPattern(rule: RegExp): void {
  checkEscapes(rule);
  const fault = hostFault(rule);
  if (fault !== undefined) {
    const problem = {
      port: 'has a port, but scheme and port are not compared. Leave the port out',
      dot: 'has a dot at the end of the host, which compared URLs never have. Leave it out',
    }[fault];
    throw optionsError('protect', `${String(rule)} ${problem}. If it is a path, begin it with a \`/\`.`);
  }
  checkHost(rule);
  if (needsQuestionMark(rule)) {
    throw optionsError(
      'protect',
      `${String(rule)} needs a \`?\`, but patterns are matched without the query. In a path, write %3F.`,
    );
  }
  const unseen = (rule.flags.includes('i') ? /[^\0-\x7f]/ : /[A-Z]|[^\0-\x7f]/).exec(hostCharacters(rule))?.[0];
  if (unseen !== undefined) {
    const remedy = 'Write it in lower-case ASCII. If it is a path, begin it with a `/`.';
    throw optionsError('protect', `a host with ${unseen} in it never matches. ${remedy}`);
  }
}

/**
 * Checks the percent-escapes of a pattern. A pattern is tested with the canonical URL and the decoded path, so an
 * escape that occurs in neither would never match.
 *
 * @throws `ERR_OPTIONS`
 */
function checkEscapes({ source, flags }: RegExp): void {
  for (const [escapes] of source.matchAll(/(?:%[\da-f]{2})+/gi)) {
    const character = decodeOnce(escapes);
    const written = character === undefined ? '' : encodePath(`/${character}`, 'decoded').slice(1);
    const isSeen = flags.includes('i') ? written.toLowerCase() === escapes.toLowerCase() : written === escapes;
    if (isSeen) continue;
    throw optionsError('protect', `${escapes} never matches. Write ${written || 'the character itself'}.`);
  }
}

/**
 * Checks that a host which is written out has the spelling in which hosts are compared.
 *
 * @throws `ERR_OPTIONS`
 */
function checkHost({ source, flags }: RegExp): void {
  const written = /^\^?https?\??:\/\/([\p{L}\p{N}.:-]+)\//u.exec(source.replace(/\\([/.:-])/g, '$1'))?.[1];
  if (written === undefined) return;
  const isLowerCase = flags.includes('i') || !/[A-Z]/.test(written);
  if (isLowerCase && !/[^\w.:-]/.test(written)) return;
  throw optionsError('protect', `the host ${written} never matches. Write it in lower-case ASCII.`);
}
