import { afterAll, expect } from 'vitest';

/**
 * Test files share a process: what one of them leaves replaced, the next would find. Put spies back before clocks
 * (`vi.restoreAllMocks()`, then `vi.useRealTimers()`): a spy on a fake timer would put the fake back for good.
 */
const before = globals();

afterAll(() => {
  const after = globals();
  const names = Object.keys({ ...before, ...after });
  expect(names.filter((name) => !isSame(before[name], after[name]))).toEqual([]);
});

type Globals = Readonly<Record<string, PropertyDescriptor | undefined>>;

/** With the members of them that tests replace. */
function globals(): Globals {
  return {
    ...Object.getOwnPropertyDescriptors(globalThis),
    'Math.random': { value: Math.random },
    'performance.now': { value: performance.now },
  };
}

/** Node makes many of its globals when they are first read: then a value stands where a getter was. */
function isSame(one: PropertyDescriptor | undefined, other: PropertyDescriptor | undefined): boolean {
  if (!one || !other) return false;
  const value: unknown = one.get && !other.get ? one.get.call(globalThis) : (one.get ?? one.value);
  return Object.is(value, other.get ?? other.value);
}
