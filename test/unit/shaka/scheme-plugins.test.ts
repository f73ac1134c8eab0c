import { expect, test, vi } from 'vitest';
import { wrapSchemePlugins } from '../../../packages/shaka/src/scheme-plugins.ts';
import type { SchemePlugin } from '../../../packages/shaka/src/shaka-types.ts';

/** Shaka's registry, a Map, or an object as in 4.11, with entries as in the compiled files, but for the names. */
function engineWith(kind: 'Map' | 'object') {
  const map = new Map<string, object>();
  const object: Record<string, object> = {};
  const registerScheme = (scheme: string, plugin: SchemePlugin, priority = 3, progress = false): void => {
    // looks the scheme up first, as Shaka does
    const known = (kind === 'Map' ? map.get(scheme) : object[scheme]) as { a: number } | undefined;
    if (known && !(priority >= known.a)) return;
    const entry = { a: priority, b: plugin, c: progress };
    if (kind === 'Map') map.set(scheme, entry);
    else object[scheme] = entry;
  };
  const registered = (): object => ({ ...object, ...Object.fromEntries(map) });
  return { engine: { registerScheme }, registered };
}

const plugin = (): SchemePlugin => vi.fn() as SchemePlugin;

test.each(['Map', 'object'] as const)('finds what is registered, and puts ours in front of it, once: %s', (kind) => {
  const { engine, registered } = engineWith(kind);
  const [http, https, wrapped] = [plugin(), plugin(), plugin()];
  engine.registerScheme('http', http, 2, true);
  engine.registerScheme('https', https, 3, false);
  const { get } = Map.prototype;
  const wrap = vi.fn<(base: SchemePlugin) => SchemePlugin>(() => wrapped);
  for (let time = 0; time < 2; time++) wrapSchemePlugins(engine, wrap);
  expect(wrap.mock.calls).toEqual([[http], [https]]);
  expect(registered()).toEqual({ http: { a: 3, b: wrapped, c: true }, https: { a: 3, b: wrapped, c: false } });
  expect(Map.prototype.get).toBe(get);
  expect(Object.getOwnPropertyNames(Object.prototype).join()).not.toContain('secure-token');
});

test('a copy of Shaka without these plugins is an error', () => {
  const { engine } = engineWith('Map');
  expect(() => wrapSchemePlugins(engine, (base) => base)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
