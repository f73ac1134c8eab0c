import type { InspectedToken } from 'secure-token-server/cat';
import { claimText, dateOf, shown } from './claim-text.ts';
import type { Dialect } from './dialects.ts';

interface Told {
  readonly token: InspectedToken;
  /** Unix seconds. */
  readonly now: number;
  readonly dialects: readonly Dialect[];
  readonly odd: readonly string[];
}

const tagNames: Readonly<Record<number, string>> = { 61: 'CWT', 17: 'COSE_Mac0', 18: 'COSE_Sign1' };
const algorithmNames: Readonly<Record<number, string>> = { 5: 'HS256', '-7': 'ES256', '-37': 'PS256' };

/** Explains a token for people, in some lines of text. */
export function explainToken({ token, now, dialects, odd }: Told): string {
  const { tags, algorithm, keyId, isKeyIdProtected, claims, isGenuine, bytes } = token;
  const key =
    keyId === undefined
      ? 'not named'
      : `${shown(keyId)}, in the ${isKeyIdProtected ? 'protected' : 'unprotected'} header`;
  const signature =
    isGenuine === undefined
      ? 'not checked (give --key FILE)'
      : isGenuine
        ? 'made with this key'
        : 'NOT made with this key';
  const width = Math.max(9, ...(claims ?? []).map(({ name }) => name.length));
  const line = (name: string, text: string): string => `  ${name.padEnd(width)}  ${text}`;
  return [
    `Common Access Token, ${bytes} bytes`,
    line('tags', tags.map((tag) => `${tag} (${tagNames[tag] ?? 'unknown'})`).join(', ') || 'none'),
    line('algorithm', `${algorithmNames[algorithm] ?? 'unknown'} (${algorithm})`),
    line('key', key),
    line('signature', signature),
    'Claims',
    ...(claims?.map(({ label, name, value }) => line(name, claimText(label, value))) ?? [line('-', 'not readable')]),
    'Opens',
    `  ${opened(token)}, ${lifeOf(token, now)}`,
    'Who would take it, by shape and claims',
    ...dialects.map(({ name, against }) => `  ${name}: ${against.length === 0 ? 'yes' : against.join('; ')}`),
    ...(odd.length === 0 ? ['Nothing odd'] : ['Odd', ...odd.map((each) => `  ${each}`)]),
  ].join('\n');
}

function opened({ claims = [] }: InspectedToken): string {
  const conditions = claims.filter(({ label }) => label === 312 || label === 401);
  return conditions.length === 0
    ? 'every URL'
    : `URLs of which ${conditions.map(({ label, value }) => claimText(label, value)).join(', ')}`;
}

function lifeOf({ claims = [] }: InspectedToken, now: number): string {
  const expires = claims.find(({ label }) => label === 4)?.value;
  if (typeof expires !== 'number' || dateOf(expires) === undefined) return 'without an end';
  const left = expires - now;
  return left > 0 ? `for ${left} s more, until ${dateOf(expires)}` : `until ${dateOf(expires)}, ${-left} s ago`;
}
