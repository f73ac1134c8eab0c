import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { hostProblem } from '../url/judged-url.ts';
import { parsedUrl } from '../url/parsed-url.ts';

export interface CorsOptions {
  /** The pages that may read the responses: `'*'`, or origins such as `https://app.example.com`. */
  origins: '*' | readonly string[];
  /**
   * Whether these pages may send cookies and HTTP authentication.
   * @default false
   */
  credentials?: boolean;
}

/**
 * Checks the option `cors`.
 *
 * @throws `ERR_OPTIONS` for a value that is not an origin, and for `'*'` with credentials, which browsers refuse
 */
export function checkCors(cors: CorsOptions): void {
  checkNames(cors, { origins: true, credentials: true }, 'cors');
  const { origins, credentials = false } = cors;
  if (origins === '*') {
    if (credentials)
      throw optionsError('cors.origins', "'*' is given with `credentials`, which browsers refuse. List the origins.");
    return;
  }
  if (!Array.isArray(origins))
    throw optionsError('cors.origins', "Give a list such as ['https://app.example.com'], or '*'.", origins);
  for (const origin of origins as readonly string[]) {
    const url = parsedUrl(origin);
    if (url?.origin !== origin || hostProblem(url.hostname) !== undefined) {
      throw optionsError(
        'cors.origins',
        `"${origin}" is not an origin. Write it as in https://app.example.com, without a path.`,
      );
    }
  }
}
