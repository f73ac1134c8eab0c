import { optionsError } from '../errors/options-error.ts';
import { secureToken } from '../formats/secure-token.ts';
import type { SecureTokenFormat } from '../formats/secure-token.ts';
import { checkCors } from '../http/cors.ts';
import type { CorsOptions } from '../http/cors.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { firewallRules } from './firewall-rules.ts';
import type { FirewallRule } from './firewall-rules.ts';

/** The JSON arguments of the function instance. */
interface FirewallArgs {
  /** The secret, under the name that Azion's own function reads. */
  secure_token_secret?: string;
  /** The secrets during a rotation: all of them verify, and so does `secure_token_secret`. */
  secure_token_secrets?: string[];
  /** @default everything the firewall sends to the function */
  rules?: FirewallRule[];
  /** @default { origins: '*' } */
  cors?: CorsOptions;
  /** Seconds. @default 86400 */
  max_ttl?: number;
  /** @default 'decoded' */
  path_form?: 'decoded' | 'raw';
  /**
   * The number of folders from the root to the folder that a token may open. Tokens of one path stay valid.
   * @default none
   */
  folder_depth?: number;
}

export interface FirewallOptions {
  readonly format: SecureTokenFormat;
  readonly isProtected: (url: JudgedUrl) => boolean;
  readonly cors: CorsOptions;
}

const known = ['secure_token_secret', 'secure_token_secrets', 'rules', 'cors', 'max_ttl', 'path_form', 'folder_depth'];

/**
 * @throws `ERR_OPTIONS` for arguments that cannot work, such as a missing secret or a misspelt name: a rule that is not
 *   read would protect nothing
 */
export function readFirewallArgs(args: unknown): FirewallOptions {
  if (typeof args !== 'object' || args === null)
    throw optionsError('arguments', 'Give {"secure_token_secret": "…"}.', args);
  const unknown = Object.keys(args).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw optionsError(unknown.join(', '), `unknown. Known arguments: ${known.join(', ')}.`);
  const { rules, cors = { origins: '*' }, max_ttl: maxTtl, path_form: pathForm, ...others } = args as FirewallArgs;
  const { folder_depth: depth, ...secrets } = others;
  if (maxTtl !== undefined && typeof (maxTtl as unknown) !== 'number') {
    throw optionsError('max_ttl', 'Give seconds as a number, without quotes.', maxTtl);
  }
  if (depth !== undefined && !(Number.isSafeInteger(depth) && depth >= 1)) {
    throw optionsError('folder_depth', 'Give a number of folders, a whole number without quotes, at least 1.', depth);
  }
  checkCors(cors);
  return {
    format: secureToken({
      secrets: allSecrets(secrets),
      ...(maxTtl !== undefined && { maxTtl }),
      ...(pathForm !== undefined && { pathForm }),
      ...(depth !== undefined && { depth }),
    }),
    isProtected: firewallRules(rules),
    cors,
  };
}

/**
 * Collects the secrets of both arguments. Azion merges the default arguments of a function with those of its instance,
 * so either argument may hold the older secret.
 */
function allSecrets({ secure_token_secret: one, secure_token_secrets: more = [] }: FirewallArgs): readonly string[] {
  if (!Array.isArray(more)) throw optionsError('secure_token_secrets', 'Give a list of secrets.', more);
  return [...(more as readonly string[]), ...(one === undefined ? [] : [one])];
}
