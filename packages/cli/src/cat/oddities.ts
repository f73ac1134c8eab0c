import type { InspectedToken } from 'secure-token-server/cat';
import { dateOf } from './claim-text.ts';

/** A day in seconds, the default of `maxTtl` in `secure-token-server`. */
const MAX_TTL = 86_400;
const algorithms: readonly number[] = [5, -7, -37];
/**
 * Claims that `commonAccessToken` judges or ignores, each with the option that it needs; an empty text means no option.
 */
const judged: Readonly<Record<number, string | undefined>> = {
  ...Object.fromEntries([1, 2, 4, 5, 6, 7, 308, 310, 311, 312, 313, 323].map((label) => [label, ''])),
  3: 'audience',
  314: 'alpn',
  316: 'country',
};

/** Says what is unusual about a token, or wrong with it, in one sentence each. @param now unix seconds */
export function oddities(token: InspectedToken, now: number): string[] {
  const { algorithm, tags, keyId, isGenuine, claims } = token;
  const odd: string[] = [];
  const say = (isSo: boolean, text: string): void => {
    if (isSo) odd.push(text);
  };
  say(isGenuine === false, 'The key has not made this token: another key, another algorithm, or it was changed.');
  say(!algorithms.includes(algorithm), `Algorithm ${algorithm} is none of HS256 (5), ES256 (-7) and PS256 (-37).`);
  say(keyId === undefined, 'It names no key (kid): a verifier with several keys cannot tell which to try.');
  say(tags.includes(17) && algorithm < 0, 'Its tag says that it has a MAC (17), and its header that it is signed.');
  say(tags.includes(18) && algorithm > 0, 'Its tag says that it is signed (18), and its header that it has a MAC.');
  if (!claims) return [...odd, 'Its payload is not a map of claims: no verifier can check it.'];

  const valueOf = (label: number | string): unknown => claims.find((each) => each.label === label)?.value;
  const has = (label: number | string): boolean => claims.some((each) => each.label === label);
  const [expires, begins] = [valueOf(4), valueOf(5)];
  if (typeof expires !== 'number') odd.push('It has no expiry (exp), or the expiry is not a number: it is refused.');
  else {
    say(expires <= now, `It expired at ${dateOf(expires) ?? expires}: the edge answers 410.`);
    say(expires > now + MAX_TTL, 'It expires in more than a day: it is refused, unless maxTtl allows more.');
  }
  say(typeof begins === 'number' && begins > now, `It begins at ${dateOf(begins) ?? 'a later time'} (nbf).`);
  say(has(310) && valueOf(310) !== 1, 'Its version (catv) is not 1.');
  say(!has(312) && !has(401), 'It has no catu: it opens every URL of every host that knows its key.');
  say(has(401) && has(312), 'It has catu twice, as the standard numbers it and as AWS does: both are checked.');
  const uri = valueOf(312);
  const hasPattern = uri instanceof Map && [...uri.values()].some((kinds) => kinds instanceof Map && kinds.has(4));
  say(hasPattern, 'Its catu has a regular expression, which verify does not support: it is refused.');
  for (const { label, name } of claims) {
    if (label === 'grant' || (typeof label === 'number' && label >= 401 && label <= 404)) continue;
    const option = typeof label === 'number' ? judged[label] : undefined;
    say(option === undefined, `verify cannot check ${name}: it is refused.`);
    say(Boolean(option), `${name} is checked with the option \`${option}\`, and refused without it.`);
  }
  say([1, 2].includes(Number(valueOf(308))), 'catreplay is checked with the option `replay`, and refused without it.');
  const catr = valueOf(323);
  const deadline: unknown = catr instanceof Map ? catr.get(2) : undefined;
  const isGranted = (typeof deadline === 'number' && deadline >= 1e9) || has('grant');
  say(catr instanceof Map && !isGranted, 'It asks to be renewed (catr) without saying until when: it is not renewed.');
  return odd;
}
