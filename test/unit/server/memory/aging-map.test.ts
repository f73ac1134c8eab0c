import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgingMap } from '../../../../packages/server/src/memory/aging-map.ts';

test('whatever is set and deleted, the entries are those of a Map, in the order in which they were last set', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 6 }), isSet: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const [map, model] = [new AgingMap<number, number>(), new Map<number, number>()];
      for (const [value, { key, isSet }] of steps.entries()) {
        model.delete(key);
        if (isSet) model.set(key, value);
        if (isSet) map.set(key, value);
        else map.delete(key);
        expect([...map]).toEqual([...model]);
        expect([map.size, map.get(key)]).toEqual([model.size, model.get(key)]);
      }
    }),
  );
});

test('a loop goes on when the entry that it is at is deleted', () => {
  const map = new AgingMap<string, number>();
  for (const key of 'abcde') map.set(key, 1);
  const seen: string[] = [];
  for (const [key] of map) {
    seen.push(key);
    if (key !== 'c') map.delete(key);
  }
  expect(seen.join('')).toBe('abcde');
  expect([...map]).toEqual([['c', 1]]);
});
