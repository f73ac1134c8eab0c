import { describe, expect, test } from 'vitest';
import { MASTER, code, each, fakeTime, lab } from './lab.ts';
import { acquireTokenSource } from '../../../packages/core/src/adapter.ts';

fakeTime();

describe('acquireTokenSource', () => {
  test('a source that was made from options is destroyed when it is given up', async () => {
    const { source, release } = acquireTokenSource({
      endpoint: 'https://app.test/token',
      protect: 'https://cdn.test/',
    });
    release();
    expect(await code(source.sign('https://cdn.test/a'))).toBe('ERR_DESTROYED');
  });

  test('one that was passed in is the same, and goes on', async () => {
    const viewer = lab(each());
    const { source, release } = acquireTokenSource(viewer.source);
    expect(source).toBe(viewer.source);
    release();
    expect((await source.sign(MASTER)).token).toBeDefined();
  });

  test('wrong options are an error at once', () => expect(() => acquireTokenSource({})).toThrow('endpoint'));
});
