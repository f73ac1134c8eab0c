import { describe, expect, test } from 'vitest';
import { prefixPattern, readPattern } from '../../../../packages/server/src/jwt/uri-pattern.ts';

describe('readPattern', () => {
  const texts = [
    '',
    'a',
    'b',
    'ab',
    'aab',
    'abb',
    'ba',
    'a.b',
    'a/b',
    '12',
    '123',
    '1234',
    ']',
    'a]',
    '-',
    '^',
    'aXb',
    '$',
  ];
  // On these, POSIX and JavaScript agree.
  const patterns = [
    ...['', 'a', '.', 'ab', 'a*', 'a+', 'a?', 'a*b', 'a+b+', '.*', '.+b', 'a.b', 'a\\.b', 'a\\/b', '[ab]', '[^a]*'],
    ...[
      '[0-9]{3}',
      '[0-9]{2,3}',
      '[0-9]{3,}',
      'a{0}b',
      '[a-c]*',
      '[-a]',
      '[a-]',
      '[.]',
      'a[/.]b',
      '^a',
      'b$',
      '^ab$',
      '\\$',
      'a?]',
      'a}',
    ],
  ];
  test.each(patterns)('%s fits what the whole of a regular expression of JavaScript fits', (pattern) => {
    const fits = readPattern(pattern)!;
    const expected = new RegExp(`^(?:${pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')})$`);
    expect(texts.filter((text) => fits(text))).toEqual(texts.filter((text) => expected.test(text)));
  });

  test('a bracket that comes first in a bracket expression stands for itself, as POSIX has it', () => {
    expect(texts.filter(readPattern('a?[]]')!)).toEqual([']', 'a]']);
    expect(texts.filter(readPattern('[^]]')!)).toEqual(['a', 'b', '-', '^', '$']);
  });

  test.each([
    '(a)',
    'a|b',
    '[[:alpha:]]',
    '[\\d]',
    '\\d',
    '\\1',
    'a**',
    '*a',
    '+',
    'a{',
    'a{2,1}',

    '[b-a]',
    '[]',
    '[a',
    'a\\',
    'a^b',
    'a$b',
    '(a+)+',
  ])('%s is not judged', (pattern) => {
    expect(readPattern(pattern)).toBeUndefined();
  });

  test('a pattern with more than 64 steps that may be left out is not judged: each would cost one look a character', () => {
    expect(readPattern('[a-z]{0,64}')).toBeDefined();
    expect(readPattern('[a-z]{0,65}')).toBeUndefined();
    expect(readPattern(`${'a*'.repeat(64)}b`)).toBeDefined();
    expect(readPattern('a*'.repeat(65))).toBeUndefined();
  });

  test('a pattern of more than 1,024 steps is not judged', () => {
    expect(readPattern('a'.repeat(1024))).toBeDefined();
    expect(readPattern('a'.repeat(1025))).toBeUndefined();
    expect(readPattern('a{999}'.repeat(2))).toBeUndefined();
  });

  test('one that backtracks without end elsewhere is judged in one pass', () => {
    const fits = readPattern(`${'a*'.repeat(60)}b`)!;
    expect([fits('a'.repeat(5000)), fits(`${'a'.repeat(5000)}b`)]).toEqual([false, true]);
  });
});

test('prefixPattern fits every text that begins so, and no other', () => {
  const prefix = 'https://a.example/(x)[y]{z}|+*?^$/';
  const fits = readPattern(prefixPattern(prefix))!;
  expect([fits(prefix), fits(`${prefix}b/c?d`), fits(prefix.replace('.', 'x')), fits(`x${prefix}`)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
