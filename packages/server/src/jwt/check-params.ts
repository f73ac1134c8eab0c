import { optionsError } from '../errors/options-error.ts';
import { lostClaim } from './lost-claim.ts';

/**
 * @throws `ERR_OPTIONS` for a claim that the format makes itself: another value would open another video, or end later;
 *   for a value that would be missing in the token, such as one of `process.env`, and for what is no object
 */
export function checkParams(params: Readonly<Record<string, unknown>>, own: readonly string[]): void {
  if (Object.prototype.toString.call(params) !== '[object Object]')
    throw optionsError('params', 'Give an object of claims, or leave it out.', params);
  const taken = own.find((name) => Object.hasOwn(params, name));
  if (taken !== undefined) throw optionsError('params', `\`${taken}\` is made by the format itself. Leave it out.`);
  const lost = lostClaim(params);
  if (lost !== undefined)
    throw optionsError('params', `JSON does not have the value at '${lost}'. Give another, or leave it out.`);
}
