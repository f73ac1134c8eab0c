import type { Command } from 'commander';
import { CliError, wholeNumber } from '../call-arguments.ts';
import { findSecrets } from '../format/read-secrets.ts';
import { dialectsOf } from './dialects.ts';
import { explainToken } from './explain-token.ts';
import { oddities } from './oddities.ts';
import { findToken, whyUnreadable } from './token-text.ts';
import { claimText } from './claim-text.ts';

interface CatOptions {
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
    .description('Show the content of a token, what it opens, which verifiers would accept it, and oddities.')
    .option('--key <file>', 'file with its key: hex, PEM or JWK (default: SECURE_TOKEN_SECRET, if there is one)')
    .option('--now <time>', 'check as of this unix time (default: the clock)', wholeNumber)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit codes: 0 no oddity, 1 an oddity, or no token, 2 wrong arguments.')
    .action(async (text: string, { key, now = Math.floor(Date.now() / 1000), json }: CatOptions) => {
      const token = await findToken(text);
      const secrets = await findSecrets(key === undefined ? {} : { secretFile: key });
      // Imported on demand, because it brings its own library.
      const { inspectCommonAccessToken } = await import('secure-token-server/cat');
      const bare = await inspectCommonAccessToken(token);
      if (!bare) {
        exitWith(1);
        const problem = whyUnreadable(token);
        console.log(json ? JSON.stringify({ problem }) : problem);
        return;
      }
      const keys = secrets.map((secret) => ({ id: bare.keyId ?? 'key', key: keyIn(secret) }));
      const found = await inspectCommonAccessToken(token, keys).catch((cause: unknown) => {
        throw new CliError('--key: the key does not fit the algorithm of the token.', { cause });
      });
      const odd = oddities(found!, now);
      if (odd.length > 0) exitWith(1);
      const told = { token: found!, now, dialects: dialectsOf(found!), odd };
      console.log(json ? jsonOf(told) : explainToken(told));
    });
}

function jsonOf({ token, dialects, odd }: Parameters<typeof explainToken>[0]): string {
  const claims = token.claims?.map(({ label, name, value }) => ({ label, name, text: claimText(label, value) }));
  return JSON.stringify({ ...token, claims, dialects, odd });
}

/** Returns the object of a JWK, or the text itself: hex or PEM. */
function keyIn(secret: string): string | object {
  try {
    const value: unknown = JSON.parse(secret);
    return typeof value === 'object' && value !== null ? value : secret;
  } catch {
    return secret;
  }
}
