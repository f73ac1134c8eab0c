import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { workerScript } from '../../../packages/worker/src/page/worker-script.ts';
import { readSettings } from '../../../packages/worker/src/wire/worker-settings.ts';

const settings = { endpoint: 'https://www.test/token', protect: ['https://cdn.test/'] };

class TrustedScriptURL {
  readonly #url: string;
  constructor(url: string) {
    this.#url = url;
  }
  toString(): string {
    return this.#url;
  }
  toJSON(): string {
    return this.#url;
  }
}

/** `trustedTypes` of a page whose Content Security Policy allows policies of these names, each once. */
class FakeTrustedTypes {
  readonly created: string[] = [];
  readonly #allowed: readonly string[];
  constructor(...allowed: string[]) {
    this.#allowed = allowed;
  }
  isScriptURL(value: unknown): boolean {
    return value instanceof TrustedScriptURL;
  }
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): object {
    if (!this.#allowed.includes(name) || this.created.includes(name))
      throw new TypeError(`Policy "${name}" disallowed.`);
    this.created.push(name);
    return { createScriptURL: (url: string) => new TrustedScriptURL(rules.createScriptURL(url)) };
  }
}

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'https://www.test/films/' });
});
afterEach(() => vi.unstubAllGlobals());

describe('workerScript', () => {
  test('without Trusted Types: a URL that holds the settings', () => {
    for (const url of ['/token-worker.js?v=2', new URL('https://www.test/token-worker.js?v=2')]) {
      const script = workerScript(url, settings);
      expect(String(script.url)).toBe(script.href);
      expect(script.href).toMatch(/^https:\/\/www\.test\/token-worker\.js\?v=2&/);
      expect(readSettings(script.href)).toEqual(settings);
    }
  });

  describe('with Trusted Types', () => {
    let trustedTypes: FakeTrustedTypes;
    const pageAllows = (...names: string[]): void => {
      trustedTypes = new FakeTrustedTypes(...names);
      vi.stubGlobal('trustedTypes', trustedTypes);
    };

    test.each([
      ['no settings', '/token-worker.js', {}],
      [
        'the settings it has',
        `/token-worker.js?secure-token=${encodeURIComponent(JSON.stringify(settings))}`,
        settings,
      ],
    ])('a trusted URL is registered as it is where it needs %s', (_, path, needed) => {
      pageAllows();
      const url = new TrustedScriptURL(path);
      const script = workerScript(url, needed);
      expect(script.url).toBe(url);
      expect(script.href).toBe(`https://www.test${path}`);
      expect(trustedTypes.created).toEqual([]);
    });

    test.each([
      ['text', '/token-worker.js'],
      ['a URL', new URL('https://www.test/token-worker.js')],
      ['a trusted URL to which settings are added', new TrustedScriptURL('/token-worker.js')],
    ])('the policy makes a trusted URL of %s', (_, url) => {
      pageAllows('secure-token');
      const script = workerScript(url, settings);
      expect(script.url).toBeInstanceOf(TrustedScriptURL);
      expect(String(script.url)).toBe(script.href);
      expect(readSettings(script.href)).toEqual(settings);
    });

    test('one policy serves every worker of a page', () => {
      pageAllows('secure-token');
      for (const url of ['/a/token-worker.js', '/b/token-worker.js'])
        expect(workerScript(url, settings).url).toBeInstanceOf(TrustedScriptURL);
      expect(trustedTypes.created).toEqual(['secure-token']);
    });

    test('where the page does not allow the policy, the browser decides about the URL', () => {
      pageAllows('app');
      const script = workerScript('/token-worker.js', settings);
      expect(script.url).toEqual(new URL(script.href));
    });
  });
});
