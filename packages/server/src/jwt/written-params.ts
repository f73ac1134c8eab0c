import { optionsError } from '../errors/options-error.ts';
import { checkNotBefore, unwritable, writtenClaims } from './written-claims.ts';

/**
 * Returns the `params` of the options as each token has them.
 *
 * @throws `ERR_OPTIONS` for a claim that the format makes itself, because another value would open another video or end
 *   later; for an `nbf` that is not a time; for a value that would be missing in the token, such as an unset variable
 *   of `process.env`; for a value that is not an object
 */
export function writtenParams(params: unknown, own: readonly string[]): Readonly<Record<string, unknown>> {
  const written = writtenClaims(params, (place, isMissing) => {
    if (place === undefined)
      return optionsError('params', 'Give a plain object without hidden members, or leave it out.', params);
    return optionsError(
      'params',
      isMissing
        ? `There is undefined, NaN, Infinity or an invalid date at '${place}'. ` +
            'Give a value: a token without the claim would not have its restriction.'
        : unwritable(place),
    );
  });
  const taken = own.find((name) => Object.hasOwn(written, name));
  if (taken !== undefined) throw optionsError('params', `\`${taken}\` is made by the format itself. Leave it out.`);
  checkNotBefore(written, 'params');
  return written;
}
