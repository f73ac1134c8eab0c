import { edgeRefusal } from '../edge/edge-refusal.ts';
import { isOptionsError, optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { azion } from '../formats/azion.ts';
import type { AzionFormat } from '../formats/azion.ts';
import { preflight, readCors } from '../http/cors.ts';
import type { CorsOptions } from '../http/cors.ts';
import { isHost, judgeHost, judgeUrl, parsedUrl } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { pathRule } from '../url/prefixes.ts';

/** The argument of a `firewall` listener at Azion, with the members that this package uses. */
export interface FirewallEvent {
  readonly request: Request;
  /** The JSON arguments of the function instance; `undefined` for a function that runs locally. */
  readonly args?: unknown;
  readonly console?: { error?(message: string): void };
  respondWith(response: Response): void;
  continue(): void;
}

const methods = 'GET, HEAD, OPTIONS';

/**
 * Returns the answer to a request that gets no content: 403, or 410 for a genuine token that has expired, readable by
 * the page. Returns `undefined` to let the request through. If the arguments cannot work, above all if the secret is
 * missing, every request gets a 500.
 *
 * Does not use `event.deny()`: without CORS headers, a player sees status 0 and takes it for a lost network.
 */
export function firewallAnswer(event: FirewallEvent, nowMs: number): Response | undefined {
  const { request, args, console } = event;
  try {
    return judge(request, readFirewallArgs(args), nowMs);
  } catch (error) {
    // An error that is thrown on would leave the request without an outcome, and Azion would decide what happens to it.
    console?.error?.(
      isOptionsError(error)
        ? (error as Error).message
        : 'The arguments or the request could not be read. Check the JSON of the arguments.',
    );
    return edgeRefusal(request, 500, { cors: { origins: '*' }, nowMs });
  }
}

function judge(request: Request, { format, isProtected, cors }: FirewallOptions, nowMs: number): Response | undefined {
  // Refuse a path with more than one reading whatever the rules say: no rule could tell which reading it means.
  const judged = judgeUrl(new URL(request.url));
  if (!judged) return edgeRefusal(request, 403, { cors, nowMs });
  if (!isProtected(judged)) return undefined;
  if (request.method === 'OPTIONS') return preflight(request, cors, methods);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return edgeRefusal(request, 405, { cors, nowMs, headers: { Allow: methods } });
  }
  const verdict = format.verify(request, Math.floor(nowMs / 1000));
  return verdict.ok ? undefined : edgeRefusal(request, verdict.status, { cors, nowMs });
}

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
  readonly format: AzionFormat;
  readonly isProtected: (url: JudgedUrl) => boolean;
  readonly cors: CorsOptions;
}

/**
 * @throws `ERR_OPTIONS` for arguments that cannot work, such as a missing secret or a misspelt name: a rule that is not
 *   read would protect nothing
 */
export function readFirewallArgs(args: unknown): FirewallOptions {
  const read = option.readOptions(args as FirewallArgs, {
    secure_token_secret: option.given,
    secure_token_secrets: option.reader<string[], string[]>(Array.isArray, 'Give a list of secrets.', []),
    rules: firewallRules,
    cors: (cors = { origins: '*' }) => readCors(cors),
    max_ttl: option.maxLifetime,
    path_form: option.pathForm('decoded'),
    folder_depth: option.optional(option.folderDepth),
  });
  const { secure_token_secret: one, secure_token_secrets: more, folder_depth: depth, cors } = read;
  // Azion merges the default arguments of a function with those of its instance, so either may hold the older secret.
  const secrets = one === undefined ? more : [...more, one];
  const format = azion({
    secrets,
    maxTtl: read.max_ttl,
    pathForm: read.path_form,
    ...(depth !== undefined && { depth }),
  });
  return { format, isProtected: read.rules, cors };
}

/**
 * A rule that names requests that need a token: those to `host`, below `path`. Without `host`, the rule applies to
 * every host; without `path`, to every path. If no rule names the host of a request, all rules apply: such a host, for
 * example Azion's own name of a workload, serves the same files.
 */
interface FirewallRule {
  /** Host name without port, such as `cdn.example.com`. */
  readonly host?: string;
  /** A prefix on a `/` border, such as `/vod/`. */
  readonly path?: string;
}

/**
 * Returns a function that tells whether a request needs a token.
 *
 * @throws `ERR_OPTIONS` for a value that is not a list of rules, and for an empty list
 */
function firewallRules(rules: readonly FirewallRule[] | undefined): (url: JudgedUrl) => boolean {
  if (rules === undefined) return () => true;
  if (!Array.isArray(rules) || rules.length === 0) {
    throw optionsError('rules', 'Give a list such as [{"path": "/vod/"}], or leave it out.', rules);
  }
  const tests = (rules as readonly unknown[]).map(ruleTest);
  const named = new Set(tests.map(({ host }) => host));
  return (url) => {
    const isNamed = named.has(url.hostname);
    return tests.some(({ host = url.hostname, isPath }) => (host === url.hostname || !isNamed) && isPath(url));
  };
}

interface RuleTest {
  /** The host in the form that `judgeHost` returns. */
  readonly host: string | undefined;
  readonly isPath: (url: JudgedUrl) => boolean;
}

function ruleTest(rule: unknown): RuleTest {
  const path = option.matching(/^\//, 'Give a path that begins with a slash, such as /vod/.', '/');
  const { host, path: prefix } = option.readOptions(
    rule as FirewallRule,
    { host: option.optional(hostOf), path },
    'rules',
  );
  return { host, isPath: pathRule(prefix, 'rules.path') };
}

function hostOf(host: unknown, name: string): string {
  // The host has no port, path or user name. A wildcard would be taken for the name of a host.
  const isName = typeof host === 'string' && /^(?:[^\s/?#@:*\\]+|\[[\da-f:.]+\])$/i.test(host);
  const url = isName ? parsedUrl(`http://${host}/`) : undefined;
  const judged = url && judgeHost(url.hostname);
  if (judged !== undefined && isHost(judged)) return judged;
  throw optionsError(name, 'Give one host name without port and wildcards, such as cdn.example.com.', host);
}
