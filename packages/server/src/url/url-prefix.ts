import { optionsError } from '../errors/options-error.ts';
import { hostProblem, judgeUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { parsedUrl } from './parsed-url.ts';

/**
 * Judges a URL prefix from the options. The result protects or allows exactly what the author sees in the prefix; a
 * prefix with another meaning throws.
 *
 * @param text an absolute URL such as `https://cdn.example.com/vod/`, or with `base` also a path such as `/vod/`
 * @param option the name of the option, for the error
 * @param base the origin of a path
 * @throws `ERR_OPTIONS` for a value that is not a prefix, that has more than one reading, or that `URL` would read
 *   differently from how it is written: wildcards, a query, dot segments, a malformed escape, a backslash, a user name,
 *   a host that no request has
 */
export function urlPrefix(text: unknown, option: string, base?: string): JudgedUrl {
  const example = base === undefined ? 'https://cdn.example.com/vod/' : '/vod/ or https://cdn.example.com/vod/';
  if (typeof text !== 'string') throw optionsError(option, `Give text such as ${example}.`, text);
  const problem = problemOf(text, base !== undefined);
  // A user name or a query may be secret, so the error does not quote a text that contains one.
  const quoted = /[@?#]/.test(text) ? 'one of its prefixes' : `"${text}"`;
  if (problem !== undefined) throw optionsError(option, `${quoted} ${problem}. Write it as in ${example}.`);
  const url = parsedUrl(text, base);
  const judged = url && judgeUrl(url);
  const host = judged && hostProblem(judged.hostname);
  if (host !== undefined) throw optionsError(option, `${quoted} ${host}`);
  if (judged) return judged;
  throw optionsError(
    option,
    `${quoted} could be read in different ways. Write it without a user name, //, %2F and ..;, and write % as %25.`,
  );
}

function problemOf(text: string, isPathAllowed: boolean): string | undefined {
  if (/[\p{Cc}\p{Cs}\\]|^\s|\s$/u.test(text)) {
    return 'holds a backslash, a control character, half a character, or spaces around it';
  }
  const isPath = text.startsWith('/') && !text.startsWith('//');
  if (!(isPath && isPathAllowed) && !/^https?:\/\/[^/]/i.test(text)) return 'is not a URL prefix';
  if (text.includes('*'))
    return 'holds a *: a prefix has no wildcards and covers everything below it (%2A is the character)';
  if (/[?#]/.test(text))
    return 'holds a query or a fragment, which a prefix does not have (%3F and %23 are the characters)';
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(text)) return 'has dot segments, which compared URLs never have';
  return undefined;
}
