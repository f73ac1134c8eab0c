import { expect, test, vi } from 'vitest';
import { wrapSchemePlugins } from '../../../packages/shaka/src/scheme-plugins.ts';
import type { SchemePlugin } from '../../../packages/shaka/src/shaka-types.ts';

/** An entry as in the compiled files, but for the names. */
interface Entry {
  a: number;
  b: SchemePlugin;
  c: boolean;
}

/** Shaka's registry: a Map, or an object as in 4.11. */
function engineWith(kind: 'Map' | 'object') {
  const map = new Map<string, Entry>();
  const object: Record<string, Entry | undefined> = {};
  const get = (scheme: string): Entry | undefined => (kind === 'Map' ? map.get(scheme) : object[scheme]);
  const registerScheme = (scheme: string, plugin: SchemePlugin, priority = 3, progress = false): void => {
    const existing = get(scheme);
    if (existing && !(priority >= existing.a)) return;
    const entry = { a: priority, b: plugin, c: progress };
    if (kind === 'Map') map.set(scheme, entry);
    else object[scheme] = entry;
  };
  const registered = (): string[] => (kind === 'Map' ? [...map.keys()] : Object.keys(object));
  return { engine: { registerScheme }, registerScheme, get, registered };
}

const plugin = (): SchemePlugin => vi.fn() as SchemePlugin;

test.each(['Map', 'object'] as const)('finds what is registered, and puts ours in front of it: %s', (kind) => {
  const { engine, registerScheme, get, registered } = engineWith(kind);
  const [http, https, wrapped] = [plugin(), plugin(), plugin()];
  registerScheme('http', http, 2, true);
  registerScheme('https', https, 3, false);

  const mapGet = Map.prototype.get;
  const wrap = vi.fn<(base: SchemePlugin) => SchemePlugin>(() => wrapped);
  wrapSchemePlugins(engine, wrap);
  expect(wrap.mock.calls).toEqual([[http], [https]]);
  expect(get('http')).toEqual({ a: 3, b: wrapped, c: true });
  expect(get('https')).toEqual({ a: 3, b: wrapped, c: false });
  expect(registered()).toEqual(['http', 'https']);
  expect(Map.prototype.get).toBe(mapGet);
  expect(Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).join()).not.toContain('secure-token');
  wrapSchemePlugins(engine, wrap);
  expect(wrap).toHaveBeenCalledTimes(2);
});

test('a copy of Shaka without these plugins is an error', () => {
  const { engine } = engineWith('Map');
  expect(() => wrapSchemePlugins(engine, (base) => base)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
