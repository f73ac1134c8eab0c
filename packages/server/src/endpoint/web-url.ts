import { judgeUrl } from '../url/judged-url.ts';
import { parsedUrl } from '../url/parsed-url.ts';

/** Longer URLs than this fail in front of most CDNs anyway (nginx: `large_client_header_buffers`, 8 KiB). */
export const maxUrlLength = 8192;

/** Whether tokens may be asked for `value`: an absolute http or https URL that every reader takes for the same. */
export function isWebUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxUrlLength || !/^https?:/i.test(value)) return false;
  // `URL` takes line breaks out and puts U+FFFD in the place of half a character: it would sign what was not asked for.
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return false;
  // Most can be judged, and are then judged for the whole call.
  return judgeUrl(value) !== undefined || parsedUrl(value) !== undefined;
}
