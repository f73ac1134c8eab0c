import { optionsError } from '../options-error.ts';
import { urlRules } from '../url-rule.ts';

/** Which requests need a token: those to this host, below this path; without either, any. */
export interface FirewallRule {
  /** Host name without port, such as `cdn.example.com`. */
  readonly host?: string;
  /** A prefix on a `/` border, such as `/vod/`. */
  readonly path?: string;
}

export interface FirewallRules {
  /** Whether any rule is about this host: an ambiguous path cannot be compared, so it is refused there. */
  concernsHost(url: URL): boolean;
  /** @param url in canonical form */
  protects(url: URL): boolean;
}

/** @throws `ERR_OPTIONS` for what is no list of rules, and for an empty one */
export function firewallRules(rules: readonly FirewallRule[] | undefined): FirewallRules {
  if (rules === undefined) return { concernsHost: () => true, protects: () => true };
  if (!Array.isArray(rules) || rules.length === 0) {
    throw optionsError('rules', 'give a list such as [{"host": "cdn.example.com", "path": "/vod/"}], or leave it out');
  }
  const tests = (rules as readonly FirewallRule[]).map((rule) => ({ isHost: hostTest(rule), isPath: pathTest(rule) }));
  return {
    concernsHost: (url) => tests.some(({ isHost }) => isHost(url)),
    protects: (url) => tests.some(({ isHost, isPath }) => isHost(url) && isPath(url)),
  };
}

function hostTest(rule: FirewallRule): (url: URL) => boolean {
  const { host } = rule;
  const unknown = Object.keys(rule).find((name) => name !== 'host' && name !== 'path');
  if (unknown !== undefined) throw optionsError(`rules: ${unknown}`, 'no such field; there are host and path');
  if (host === undefined) return () => true;
  if (!URL.canParse(`http://${host}/`) || new URL(`http://${host}/`).hostname !== host.toLowerCase()) {
    throw optionsError('rules: host', `"${host}" is no host name; write it as in cdn.example.com`);
  }
  // `cdn.example.com.` is the same host to DNS and to the certificate
  return ({ hostname }) => hostname.replace(/\.$/, '') === host.toLowerCase();
}

function pathTest({ path }: FirewallRule): (url: URL) => boolean {
  if (path === undefined) return () => true;
  if (typeof path !== 'string' || !path.startsWith('/')) throw optionsError('rules: path', 'write it as in /vod/');
  return urlRules(path);
}
