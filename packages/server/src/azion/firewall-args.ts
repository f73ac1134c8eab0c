import type { CorsOptions } from '../cors-options.ts';
import { checkCors } from '../cors-options.ts';
import { secureToken } from '../formats/secure-token.ts';
import type { SecureTokenFormat, SecureTokenOptions } from '../formats/secure-token.ts';
import { optionsError } from '../options-error.ts';
import { urlRules } from '../url-rule.ts';

/** The JSON arguments of the function, in Azion's spelling. */
export interface FirewallArgs {
  secure_token_secret?: string;
  /** During a rotation; the first one is the current one. */
  secure_token_secrets?: readonly string[];
  /** What is protected: each rule a host (`cdn.example.com`, `*.example.com`) or a path prefix (`/vod/`), or both. */
  rules?: readonly { host?: string; path?: string }[];
  /** @default { origins: '*' } */
  cors?: CorsOptions;
  /** Seconds. @default 86400 */
  max_ttl?: number;
  /** @default { token: 'st', expires: 'e' } */
  params?: { token: string; expires: string };
  /** @default 'decoded' */
  path_form?: 'decoded' | 'raw';
}

interface FirewallSettings {
  readonly format: SecureTokenFormat;
  readonly isProtected: (url: URL) => boolean;
}

/** @throws `ERR_OPTIONS` for arguments that do not say which secret, or protect nothing */
export function readFirewallArgs(args: FirewallArgs | undefined): FirewallSettings {
  const { secure_token_secret: secret, secure_token_secrets: secrets, rules, max_ttl, params, path_form } = args ?? {};
  if (args?.cors) checkCors(args.cors);
  return {
    format: secureToken({
      ...({ secret, secrets } as SecureTokenOptions),
      ...(max_ttl !== undefined && { maxTtl: max_ttl }),
      ...(params && { params }),
      ...(path_form && { pathForm: path_form }),
    }),
    isProtected: rules === undefined ? () => true : urlRules(rules.map(readRule)),
  };
}

function readRule({ host, path = '/' }: { host?: string; path?: string }): (url: URL) => boolean {
  if ((host !== undefined && !/^(?:\*\.)?[\w.-]+$/.test(host)) || !path.startsWith('/')) {
    throw optionsError('rules', 'give hosts such as cdn.example.com or *.example.com, and paths such as /vod/');
  }
  const isBelow = urlRules(path);
  const isHost = (name: string): boolean =>
    host === undefined || (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host);
  return (url) => isHost(url.hostname) && isBelow(url);
}
