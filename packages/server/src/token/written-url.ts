import { optionsError } from '../errors/options-error.ts';
import { parsedUrl } from '../url/parsed-url.ts';

/**
 * Parses a text as an absolute URL. Other code may have checked the text: `URL` drops line breaks and tabs, turns
 * backslashes into slashes and resolves dot segments, so that the signed URL would be one that no check has seen and no
 * other client requests.
 *
 * @param text a text, or a `URL`, which was resolved before
 * @param option the name of the option, for the error
 * @throws `ERR_OPTIONS` for a text that `URL` would read differently from how it is written, for a text that is not an
 *   absolute URL, and for a URL with a user name or a password, which `fetch` refuses and edges never see
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
  // The error of `URL` is not the cause of this one: its `input` contains the whole text, and so the token.
  if (!url) throw optionsError(option, 'This is not an absolute URL. Give an absolute URL.');
  if (url.username || url.password) {
    throw optionsError(
      option,
      'The URL has a user name or a password, which browsers and edges do not get to see. Give it without them.',
    );
  }
  return url;
}
