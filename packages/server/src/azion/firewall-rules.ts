import { optionsError } from '../errors/options-error.ts';
import { hostProblem, judgeHost, parsedUrl } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { pathRule } from '../url/url-rule.ts';

/**
 * A rule that names requests that need a token: those to `host`, below `path`. Without `host`, the rule applies to
 * every host; without `path`, to every path. If no rule names the host of a request, all rules apply: such a host, for
 * example Azion's own name of a workload, serves the same files.
 */
export interface FirewallRule {
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
export function firewallRules(rules: readonly FirewallRule[] | undefined): (url: JudgedUrl) => boolean {
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
  if (typeof rule !== 'object' || rule === null)
    throw optionsError('rules', 'A rule has neither host nor path. Give an object with host, path, or both.');
  const unknown = Object.keys(rule).filter((name) => name !== 'host' && name !== 'path');
  if (unknown.length > 0) throw optionsError(`rules: ${unknown.join(', ')}`, 'unknown. Known fields: host, path.');
  const { host, path } = rule as { host?: unknown; path?: unknown };
  return { host: hostOf(host), isPath: pathTest(path) };
}

function hostOf(host: unknown): string | undefined {
  if (host === undefined) return undefined;
  // The host has no port, path or user name. A wildcard would be taken for the name of a host.
  const isName = typeof host === 'string' && /^(?:[^\s/?#@:*\\]+|\[[\da-f:.]+\])$/i.test(host);
  const url = isName ? parsedUrl(`http://${host}/`) : undefined;
  const name = url && judgeHost(url.hostname);
  if (name === undefined) {
    throw optionsError('rules: host', 'Give a host name without port and wildcards, such as cdn.example.com.', host);
  }
  const problem = hostProblem(name);
  if (problem !== undefined) throw optionsError('rules: host', `"${host as string}" ${problem}`);
  return name;
}

function pathTest(path: unknown): RuleTest['isPath'] {
  if (path === undefined) return () => true;
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw optionsError('rules: path', 'Give a path that begins with a slash, such as /vod/.', path);
  return pathRule(path, 'rules: path');
}
