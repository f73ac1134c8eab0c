import { expect, test, vi } from 'vitest';
import { LastAnswers } from '../../../../packages/server/src/url/last-answers.ts';

const filled = (answers: LastAnswers<string | undefined>, count: number): void => {
  for (let i = 0; i < count; i++) answers.for(`other ${i}`, () => '');
};

test('a text is asked about once, whatever the answer is', () => {
  const answers = new LastAnswers<string | undefined>();
  const make = vi.fn(() => undefined);
  for (let i = 0; i < 3; i++) expect(answers.for('a', make)).toBeUndefined();
  expect(make).toHaveBeenCalledOnce();
  expect(answers.for('b', () => 'of b')).toBe('of b');
});

test('the oldest of more than 500 is forgotten', () => {
  const answers = new LastAnswers<string | undefined>();
  answers.for('a', () => 'first');
  filled(answers, 499);
  expect(answers.for('a', () => 'again')).toBe('first');
  filled(answers, 500);
  expect(answers.for('a', () => 'again')).toBe('again');
});

test('what throws is not kept', () => {
  const answers = new LastAnswers<string | undefined>();
  const fail = (): never => {
    throw new Error('no');
  };
  expect(() => answers.for('a', fail)).toThrow('no');
  expect(answers.for('a', () => 'now')).toBe('now');
});

test('texts of more than 2048 characters are not kept', () => {
  const answers = new LastAnswers<string | undefined>();
  const make = vi.fn(() => '');
  for (const length of [2048, 2048, 2049, 2049]) answers.for('x'.repeat(length), make);
  expect(make).toHaveBeenCalledTimes(3);
});
