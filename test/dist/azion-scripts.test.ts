import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import cases from '../vectors/azion-scripts.json' with { type: 'json' };

/**
 * What `secure_token.py` and `secure_token.php` of github.com/aziontech/azion_secure_token print, line by line the same, with
 * secret, URI and expiry of every vector in the place of those written in them (Python 3.11, PHP 8.4). Recorded, so that
 * this test needs neither.
 */
interface Case {
  secret: string;
  uri: string;
  expires: string;
  printed: string;
}

/** What the scripts sign and `secure-token` does not sign so. */
const rules: Record<string, (each: Case) => boolean> = {
  'an expiry is ten digits, the first of them no zero': ({ expires }) => !/^[1-9]\d{9}$/.test(expires),
  'a path has one reading: no //, no dot segments, no backslash, no control character, no malformed escape': ({ uri }) =>
    /\/\/|\/\.\.?(?:\/|$)|\\|\p{Cc}|%(?![\da-f]{2})/iu.test(uri),
  'in a URL, ? and # end the path, and the query is not signed': ({ uri }) => /[?#]/.test(uri),
};
const ruleOf = (each: Case): string | undefined => Object.keys(rules).find((rule) => rules[rule]!(each));

/** The scripts hash escapes as they stand. */
const sign = ({ secret, uri, expires }: Case): ReturnType<typeof runCli> =>
  runCli(['sign', `http://www.example.org${uri}`, '--expires', expires, ...(uri.includes('%') ? ['--path-form', 'raw'] : [])], { secret });

describe("secure-token sign and Azion's own two scripts", () => {
  const same = cases.filter((each) => ruleOf(each) === undefined);

  test.each(same)('print the same for $uri until $expires', async (each) => {
    expect(await sign(each)).toEqual({ code: 0, out: `${each.printed}\n`, err: '' });
  });

  test.each(cases.filter((each) => !same.includes(each)))('differ for $uri until $expires, by a rule', async (each) => {
    const { code, out } = await sign(each);
    expect(out, ruleOf(each)).not.toBe(`${each.printed}\n`);
    if (out === '') expect(code).toBe(2);
  });

  test('the file holds what this test was written for', () => {
    expect([cases.length, same.length]).toEqual([63, 36]);
  });
});
