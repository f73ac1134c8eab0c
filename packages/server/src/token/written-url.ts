import { optionsError } from '../errors/options-error.ts';
import { parsedUrl } from '../url/parsed-url.ts';

/**
 * An absolute URL out of text that somebody may have checked as text. `URL` drops line breaks and tabs, turns
 * backslashes into slashes and resolves dot segments: what is signed would be what neither a check has seen nor another
 * client requests.
 *
 * @param text a `URL`, too, which has been resolved before
 * @param option its name, for the error
 * @throws `ERR_OPTIONS` for text that `URL` would read otherwise than it is written, for what is no absolute URL, and
 *   for one with a user name or a password, which `fetch` refuses and no edge is shown
 */
export function writtenUrl(text: string | URL, option: string): URL {
  const written = String(text);
  if (/[\p{Cc}\p{Cs}]|^\s|\s$|^[^?#]*\\/u.test(written)) {
    throw optionsError(
      option,
      'The text has backslashes, line breaks, or spaces around it. ' +
        'Write it without backslashes, line breaks and spaces.',
    );
  }
  if (/^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/i.test(written)) {
    throw optionsError(
      option,
      'The path has dot segments. Write it without dot segments: resolve them with `new URL(…)` in front of your own ' +
        'checks, and give its `href`.',
    );
  }
  const url = parsedUrl(written);
  // Without the error of `URL` as its cause, which has the whole text, and so its token, as `input`.
  if (!url) throw optionsError(option, 'This is not an absolute URL. Give an absolute URL.');
  if (url.username || url.password) {
    throw optionsError(
      option,
      'The URL has a user name or a password, which browsers and edges do not get to see. Give it without them.',
    );
  }
  return url;
}
