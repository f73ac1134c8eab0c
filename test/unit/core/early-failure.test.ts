import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SecureTokenErrorCode, TokenSource } from '../../../packages/core/src/index.ts';
import { SecureTokenError, createTokenSource } from '../../../packages/core/src/index.ts';
import { hasShownPicture, writeEarlyFailure } from '../../../packages/core/src/adapter.ts';
import root from '../../../package.json' with { type: 'json' };

const lines: string[] = [];
let source: TokenSource;
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  source = createTokenSource('https://api.test/token');
});
afterEach(() => {
  source.destroy();
  vi.restoreAllMocks();
});

const failure = (code: SecureTokenErrorCode): SecureTokenError => new SecureTokenError(code, 'Look at the endpoint.');
const page = `${root.homepage.replace('#readme', '')}/blob/main/docs/errors.md`;

describe('writeEarlyFailure', () => {
  test('writes the code, the sentence of the error and the address of the page about it', () => {
    writeEarlyFailure(source, failure('ERR_DENIED'), false);
    expect(lines).toEqual([`secure-token: ERR_DENIED: Look at the endpoint. See ${page}#err_denied`]);
  });

  test.each(['ERR_SIGNING_UNAVAILABLE', 'ERR_SIGNING_RESPONSE', 'ERR_DENIED', 'ERR_TOKEN_REFUSED'] as const)(
    'the page has the anchor that is written for %s',
    (code) => {
      writeEarlyFailure(source, failure(code), false);
      const anchor = lines[0]!.split('#')[1]!;
      const headings = readFileSync('docs/errors.md', 'utf8').match(/(?<=^## ).+$/gm)!;
      expect(headings.map((heading) => heading.toLowerCase())).toContain(anchor);
    },
  );

  test('a failure that repeats is written once for a token source, another code and another source anew', () => {
    const other = createTokenSource('https://api.test/token');
    for (const code of ['ERR_DENIED', 'ERR_TOKEN_REFUSED', 'ERR_DENIED'] as const)
      writeEarlyFailure(source, failure(code), false);
    expect(lines).toHaveLength(2);
    writeEarlyFailure(other, failure('ERR_DENIED'), false);
    expect(lines).toHaveLength(3);
    other.destroy();
  });

  test.each<[string, unknown, boolean]>([
    ['with a picture', failure('ERR_DENIED'), true],
    ['of a source that was destroyed', failure('ERR_DESTROYED'), false],
    ['of the network', new TypeError('Failed to fetch'), false],
    ['by an abort', new DOMException('aborted', 'AbortError'), false],
    ['without an error', undefined, false],
  ])('a failure %s writes nothing', (_, error, hasPicture) => {
    writeEarlyFailure(source, error, hasPicture);
    expect(lines).toEqual([]);
  });
});

const media = (readyState: number, played = 0) => ({ readyState, played: { length: played } as TimeRanges });

test.each<[string, Parameters<typeof hasShownPicture>[0], boolean]>([
  ['no element', null, false],
  ['an element without data', media(0), false],
  ['an element that knows how large the picture will be', media(1), false],
  ['an element with its first frame', media(2), true],
  ['an element that has played, and lacks data after a seek', media(1, 1), true],
])('hasShownPicture: %s', (_, element, expected) => {
  expect(hasShownPicture(element)).toBe(expected);
});
