import { judgeUrl } from '../url/judged-url.ts';
import { parsedUrl } from '../url/parsed-url.ts';

/** The largest length of a URL: most CDNs refuse longer ones anyway (nginx: `large_client_header_buffers`, 8 KiB). */
export const maxUrlLength = 8192;

/** Whether tokens may be requested for `value`: an absolute http or https URL that every reader takes for the same. */
export function isWebUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxUrlLength || !/^https?:/i.test(value)) return false;
  // `URL` removes line breaks and replaces half a character by U+FFFD: the endpoint would sign a URL that was not
  // requested.
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return false;
  // Most URLs can be judged, and `judgeUrl` keeps the result for the whole call.
  return judgeUrl(value) !== undefined || parsedUrl(value) !== undefined;
}
