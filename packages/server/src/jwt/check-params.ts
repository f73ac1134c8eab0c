import { optionsError } from '../errors/options-error.ts';

/**
 * @throws `ERR_OPTIONS` for a claim that the format makes itself: another value would open another video, or end later
 */
export function checkParams(params: Readonly<Record<string, unknown>>, own: readonly string[]): void {
  const taken = own.find((name) => Object.hasOwn(params, name));
  if (taken !== undefined) throw optionsError('params', `\`${taken}\` is made by the format itself. Leave it out.`);
}
