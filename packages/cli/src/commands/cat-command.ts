import type { Command } from 'commander';
import type { InspectedToken } from 'secure-token-server/cat';
import { CliError, readText, wholeNumber } from '../call-arguments.ts';
import { CATU, EXP, NBF, claimText, opensText, plain } from '../format/claim-text.ts';
import { findSecrets } from '../format/format-options.ts';
import { keyIn } from '../format/formats.ts';

const UNREADABLE =
  'This is not readable as a Common Access Token. A token is base64url without padding: letters, digits, - and _; ' +
  'with + or /, it is base64, and with three parts and dots between them, a JWT. Give it whole, or the URL whose ' +
  'parameter `cat` or path has it.';

interface ExplainOptions {
  key?: string;
  now?: number;
  json?: true;
}

/** Adds the command `secure-token cat explain TOKEN`. */
export function addCatCommand(program: Command, exitWith: (code: number) => void): void {
  const cat = program.command('cat').description('Common Access Tokens (CTA-5007-B).');
  cat
    .command('explain')
    .argument('<token>', 'a token, or a URL that carries one; - reads it from standard input')
    .description('Show the content of a token, what it opens, and oddities.')
    .option('--key <file>', 'file with its key: hex, PEM or JWK (default: SECURE_TOKEN_SECRET, if there is one)')
    .option('--now <time>', 'look for oddities as of this unix time (default: the clock)', wholeNumber)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit codes: 0 no oddity, 1 an oddity, or no token, 2 wrong arguments.')
    .action(async (text: string, { key, now = Math.floor(Date.now() / 1000), json }: ExplainOptions) => {
      const token = findToken(text === '-' ? await readText('-', 'Standard input') : text);
      const secrets = await findSecrets(key === undefined ? {} : { secretFile: key });
      // imported on demand, because it brings its own library
      const { inspectCommonAccessToken } = await import('secure-token-server/cat');
      const bare = await inspectCommonAccessToken(token);
      const keys = secrets.map((secret) => ({ id: bare?.keyId ?? 'key', key: keyIn(secret) }));
      const found = await inspectCommonAccessToken(token, keys).catch((cause: unknown) => {
        throw new CliError('--key: the key does not fit the algorithm of the token.', { cause });
      });
      if (!found) {
        exitWith(1);
        console.log(json ? JSON.stringify({ problem: UNREADABLE }) : UNREADABLE);
        return;
      }
      const odd = oddities(found, now);
      if (odd.length > 0) exitWith(1);
      const claims = found.claims?.map(({ label, name, value }) => ({ label, name, text: claimText(label, value) }));
      console.log(json ? JSON.stringify({ ...found, claims, odd }) : explainToken(found, odd));
    });
}

/**
 * Finds the token in a text that a person has copied: the token alone, with the name of its header, or within a URL, as
 * the parameter `cat` or the first path segment that is long enough.
 *
 * @throws `CliError` for an empty text
 */
export function findToken(argument: string): string {
  const text = argument.trim().replace(/^(?:cta-)?common-access-token\s*[:=]\s*/i, '');
  if (text === '') throw new CliError('The token is empty. Give a token, or a URL that carries one.');
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return text;
  const { searchParams, pathname } = new URL(text);
  const parameter = [...searchParams].find(([name]) => name.toLowerCase() === 'cat')?.[1];
  return parameter ?? pathname.split('/').find((segment) => /^[\w-]{50,}$/.test(segment)) ?? text;
}

const algorithms: Readonly<Record<number, string>> = { 5: 'HS256', '-7': 'ES256', '-37': 'PS256' };
/** A day in seconds, the default of `maxTtl` in `secure-token-server`. */
const MAX_TTL = 86_400;

/** Explains a token for people, in some lines of text. */
export function explainToken(token: InspectedToken, odd: readonly string[]): string {
  const { tags, algorithm, keyId, isKeyIdProtected, claims, isGenuine, bytes } = token;
  const where = `in the ${isKeyIdProtected ? 'protected' : 'unprotected'} header`;
  const made = isGenuine ? 'made with this key' : 'NOT made with this key';
  const line = (name: string, text: string): string => `  ${name.padEnd(14)}  ${text}`;
  return [
    `Common Access Token, ${bytes} bytes`,
    line('tags', tags.join(', ') || 'none'),
    line('algorithm', `${algorithms[algorithm] ?? 'unknown'} (${algorithm})`),
    line('key', keyId === undefined ? 'not named' : `${plain(keyId)}, ${where}`),
    line('signature', isGenuine === undefined ? 'not checked (give --key FILE)' : made),
    'Claims',
    ...(claims?.map(({ label, name, value }) => line(name, claimText(label, value))) ?? [line('-', 'not readable')]),
    'Opens',
    `  ${opensText(claims ?? [])}`,
    ...(odd.length === 0 ? ['Nothing odd'] : ['Odd', ...odd.map((each) => `  ${each}`)]),
  ].join('\n');
}

/** Says what is unusual about a token, or wrong with it, in one sentence each. @param now unix seconds */
export function oddities({ algorithm, keyId, isGenuine, claims = [] }: InspectedToken, now: number): string[] {
  const valueOf = (wanted: number): unknown => claims.find(({ label }) => label === wanted)?.value;
  const [expires, begins] = [valueOf(EXP), valueOf(NBF)];
  const odd: [isSo: boolean, sentence: string][] = [
    [isGenuine === false, 'The key has not made this token: another key, another algorithm, or it was changed.'],
    [!(algorithm in algorithms), `Algorithm ${algorithm} is none of HS256 (5), ES256 (-7) and PS256 (-37).`],
    [keyId === undefined, 'It names no key (kid): a verifier with several keys cannot tell which to try.'],
    [typeof expires !== 'number', 'It has no expiry (exp), or the expiry is not a number: it is refused.'],
    [Number(expires) <= now, `It expired at ${claimText(EXP, expires)}: the edge answers 410.`],
    [Number(expires) > now + MAX_TTL, 'It expires in more than a day: it is refused, unless maxTtl allows more.'],
    [Number(begins) > now, `It begins at ${claimText(NBF, begins)} (nbf).`],
    [valueOf(CATU) === undefined, 'It has no catu: it opens every URL of every host that knows its key.'],
  ];
  return odd.filter(([isSo]) => isSo).map(([, sentence]) => sentence);
}
