import { optionsError } from '../errors/options-error.ts';
import { hostProblem, judgeHost } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { parsedUrl } from '../url/parsed-url.ts';
import { pathRule } from '../url/url-rule.ts';

/**
 * Which requests need a token: those to this host, below this path; without either, any. A host that no rule names has
 * the same files, as Azion's own name of a workload does: all rules are about it.
 */
export interface FirewallRule {
  /** Host name without port, such as `cdn.example.com`. */
  readonly host?: string;
  /** A prefix on a `/` border, such as `/vod/`. */
  readonly path?: string;
}

/**
 * Whether a request needs a token.
 *
 * @throws `ERR_OPTIONS` for what is no list of rules, and for an empty one
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
  /** As `judgeHost` has it. */
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
  // No port, no path, no user name; a wildcard would be taken for the name of a host.
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
