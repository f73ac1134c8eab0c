import { afterEach, describe, expect, test, vi } from 'vitest';
import { runCli } from '../../../packages/cli/src/run-cli.ts';
import folders from '../../vectors/azion-scripts-folders.json' with { type: 'json' };
import cases from '../../vectors/azion-scripts.json' with { type: 'json' };

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/**
 * A recorded call of `secure_token.py` and `secure_token.php` of github.com/aziontech/azion_secure_token, which print
 * the same lines. The secret, URI and expiry of a vector stand in the place of those written in the scripts (Python
 * 3.11, PHP 8.4). The record spares this test both languages.
 */
interface Case {
  secret: string;
  uri: string;
  expires: string;
  printed: string;
}

/**
 * Cases that the scripts sign and the package refuses: neither `verify` nor nginx as shipped here would accept them, or
 * no client would send them.
 */
const refusals: Record<string, { is: (each: Case) => boolean; says: RegExp }> = {
  'an expiry is ten digits, the first of them no zero': {
    is: ({ expires }) => !/^[1-9]\d{9}$/.test(expires),
    says: /ten digits|'--expires <time>'.*whole number/,
  },
  'a path has one reading: no //, no dots at the end of a name, no backslash, control character, `;`, malformed escape':
    {
      is: ({ uri }) => /\/\/|\.(?:\/|$)|[\\;]|\p{Cc}|%(?![\da-f]{2})/iu.test(uri),
      says: /^secure-token: url: The (?:path|URL) has .*(?:which servers read in two ways|clients request another URL)/,
    },
};
const refusalOf = (each: Case) => Object.values(refusals).find(({ is }) => is(each));
/** A URL is given, not a URI: `?` and `#` end the path that is signed. */
const hasQuery = ({ uri }: Case): boolean => /[?#]/.test(uri);

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What the command says to a shell: of the built one, `test/dist/cli.test.ts` shows that it says the same. */
async function sign({ secret, uri, expires }: Case, ...more: string[]): Promise<Said> {
  const said = { out: '', err: '' };
  vi.stubEnv('SECURE_TOKEN_SECRET', secret);
  vi.spyOn(console, 'log').mockImplementation((line: string) => {
    said.out += `${line}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((line: string) => {
    said.err += `${line}\n`;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  const args = ['sign', `http://www.example.org${uri}`, '--expires', expires, ...more];
  return { code: await runCli(['node', 'secure-token', ...args], '0'), ...said };
}
/** The scripts hash escapes as they stand. */
const rawIfEscaped = ({ uri }: Case): string[] => (uri.includes('%') ? ['--path-form', 'raw'] : []);

describe("secure-token sign and Azion's own two scripts", () => {
  const refused = cases.filter((each) => refusalOf(each));
  const same = cases.filter((each) => !refusalOf(each) && !hasQuery(each));

  test.each(same)('print the same for $uri until $expires', async (each) => {
    expect(await sign(each, ...rawIfEscaped(each))).toEqual({ code: 0, out: `${each.printed}\n`, err: '' });
  });

  test.each(refused)('$uri until $expires is refused, and nothing is printed instead', async (each) => {
    const { code, out, err } = await sign(each, ...rawIfEscaped(each));
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(refusalOf(each)!.says);
  });

  test.each(folders)('given $uri as their URI, they make the token of the folder', async (each) => {
    const path = each.uri.slice('folder:'.length);
    const depth = String(path.split('/').length - 2);
    const { out } = await sign({ ...each, uri: `${path}a.m3u8` }, '--depth', depth);
    expect(out.trim().replace(/^.*\?/, '')).toBe(each.printed.replace(/^.*\?/, ''));
  });
});
