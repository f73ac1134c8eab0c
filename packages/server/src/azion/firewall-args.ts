import { checkCors } from '../cors-options.ts';
import type { CorsOptions } from '../cors-options.ts';
import { secureToken } from '../formats/secure-token.ts';
import type { SecureTokenFormat } from '../formats/secure-token.ts';
import { optionsError } from '../options-error.ts';
import { firewallRules } from './firewall-rules.ts';
import type { FirewallRule, FirewallRules } from './firewall-rules.ts';

/** The JSON arguments of the function instance. */
interface FirewallArgs {
  /** The name that Azion's own function reads. */
  secure_token_secret?: string;
  /** During a rotation, in place of the one: all of them verify. */
  secure_token_secrets?: string[];
  /** @default everything the firewall sends to the function */
  rules?: FirewallRule[];
  /** @default { origins: '*' } */
  cors?: CorsOptions;
  /** Seconds. @default 86400 */
  max_ttl?: number;
  /** @default 'decoded' */
  path_form?: 'decoded' | 'raw';
}

export interface FirewallOptions {
  readonly format: SecureTokenFormat;
  readonly rules: FirewallRules;
  readonly cors: CorsOptions;
}

const known = ['secure_token_secret', 'secure_token_secrets', 'rules', 'cors', 'max_ttl', 'path_form'];

/**
 * @throws `ERR_OPTIONS` for arguments that cannot work, a missing secret and a misspelt name among them: a rule that is
 * not read protects nothing
 */
export function readFirewallArgs(args: unknown): FirewallOptions {
  if (typeof args !== 'object' || args === null) throw optionsError('arguments', 'give {"secure_token_secret": "…"}');
  const unknown = Object.keys(args).find((name) => !known.includes(name));
  if (unknown !== undefined) throw optionsError(unknown, `no such argument; there are ${known.join(', ')}`);
  const {
    secure_token_secret: secret,
    secure_token_secrets: secrets,
    rules,
    cors = { origins: '*' },
    max_ttl: maxTtl,
    path_form: pathForm,
  } = args as FirewallArgs;
  checkCors(cors);
  return {
    format: secureToken({
      ...(secrets === undefined ? { secret: secret! } : { secrets: secretsOnly(secrets, secret) }),
      ...(maxTtl !== undefined && { maxTtl }),
      ...(pathForm !== undefined && { pathForm }),
    }),
    rules: firewallRules(rules),
    cors,
  };
}

function secretsOnly(secrets: readonly string[], secret: unknown): readonly string[] {
  const isList: boolean = Array.isArray(secrets);
  if (secret !== undefined || !isList) {
    throw optionsError('secure_token_secrets', 'give a list of secrets, and no secure_token_secret beside it');
  }
  return secrets;
}
