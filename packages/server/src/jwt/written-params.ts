import { optionsError } from '../errors/options-error.ts';
import { writtenClaims } from './written-claims.ts';

const COPY = 'Of an object with hidden members, as of `config.get()`, give a copy: JSON.parse(JSON.stringify(it)).';

/**
 * `params` of the options, as each token has them.
 *
 * @throws `ERR_OPTIONS` for a claim that the format makes itself: another value would open another video, or end later;
 *   for a value that would be missing in the token, such as one of `process.env`, and for what is no object
 */
export function writtenParams(params: unknown, own: readonly string[]): Readonly<Record<string, unknown>> {
  const written = writtenClaims(params, (name) =>
    name === ''
      ? optionsError('params', `Give a plain object of claims, or leave it out. ${COPY}`, params)
      : optionsError('params', `JSON loses something of the value at '${name}'. Give another. ${COPY}`),
  );
  const taken = own.find((name) => Object.hasOwn(written, name));
  if (taken !== undefined) throw optionsError('params', `\`${taken}\` is made by the format itself. Leave it out.`);
  return written;
}
