import type { Command } from 'commander';
import { CliError, readText, wholeNumber } from '../call-arguments.ts';
import { isObject, parseJson } from '../endpoint-answer.ts';
import { claimText, explainToken, oddities } from '../explain-token.ts';
import { findSecrets } from '../format/format-options.ts';

interface CatOptions {
  key?: string;
  now?: number;
  json?: true;
}

/** The longest text that is read. It is longer than any header that a server accepts. */
const MAX_LENGTH = 65_536;
const UNREADABLE =
  'This is not readable as a Common Access Token. A token is base64url without padding: letters, digits, - and _; ' +
  'with + or /, it is base64, and with three parts and dots between them, a JWT. Give it whole, or the URL whose ' +
  'parameter `cat` or path has it.';

/** Adds the command `secure-token cat explain TOKEN`. */
export function addCatCommand(program: Command, exitWith: (code: number) => void): void {
  const cat = program.command('cat').description('Common Access Tokens (CTA-5007-B).');
  cat
    .command('explain')
    .argument('<token>', 'a token, or a URL that carries one; - reads it from standard input')
    .description('Show the content of a token, what it opens, and oddities.')
    .option('--key <file>', 'file with its key: hex, PEM or JWK (default: SECURE_TOKEN_SECRET, if there is one)')
    .option('--now <time>', 'check as of this unix time (default: the clock)', wholeNumber)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit codes: 0 no oddity, 1 an oddity, or no token, 2 wrong arguments.')
    .action(async (text: string, { key, now = Math.floor(Date.now() / 1000), json }: CatOptions) => {
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
 */
export function findToken(argument: string): string {
  const text = argument.trim().replace(/^(?:cta-)?common-access-token\s*[:=]\s*/i, '');
  if (text === '') throw new CliError('The token is empty. Give a token, or a URL that carries one.');
  if (text.length > MAX_LENGTH) throw new CliError(`This is longer than ${MAX_LENGTH} characters. Give one token.`);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return text;
  const { searchParams, pathname } = new URL(text);
  const parameter = [...searchParams].find(([name]) => name.toLowerCase() === 'cat')?.[1];
  return parameter ?? pathname.split('/').find((segment) => /^[\w-]{50,}$/.test(segment)) ?? text;
}

/** Returns the object of a JWK, or the text itself: hex or PEM. */
function keyIn(secret: string): string | object {
  const value = parseJson(secret);
  return isObject(value) ? value : secret;
}
