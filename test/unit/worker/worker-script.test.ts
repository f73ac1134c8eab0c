import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { workerScript } from '../../../packages/worker/src/page/worker-script.ts';
import { readSettings } from '../../../packages/worker/src/wire/worker-settings.ts';

const settings = { endpoint: 'https://www.test/token', protect: ['https://cdn.test/'] };

class TrustedScriptURL extends URL {}

/** `trustedTypes` of a page whose Content Security Policy allows policies of this name, each once. */
const stubTrustedTypes = (allowed: string): ReturnType<typeof vi.fn> => {
  const createPolicy = vi.fn((name: string, rules: { createScriptURL: (url: string) => string }) => {
    if (name !== allowed || createPolicy.mock.calls.length > 1) throw new TypeError(`Policy "${name}" disallowed.`);
    return { createScriptURL: (url: string) => new TrustedScriptURL(rules.createScriptURL(url)) };
  });
  const isScriptURL = (value: unknown): boolean => value instanceof TrustedScriptURL;
  vi.stubGlobal('trustedTypes', { isScriptURL, createPolicy });
  return createPolicy;
};

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'https://www.test/films/' });
});
afterEach(() => vi.unstubAllGlobals());

test('without Trusted Types: a URL that holds the settings', () => {
  for (const url of ['/token-worker.js?v=2', new URL('https://www.test/token-worker.js?v=2')]) {
    const script = workerScript(url, settings);
    expect(script.url).toEqual(new URL(script.href));
    expect(script.href).toMatch(/^https:\/\/www\.test\/token-worker\.js\?v=2&/);
    expect(readSettings(script.href)).toEqual(settings);
  }
});

describe('with Trusted Types', () => {
  test.each([
    ['no settings', '', {}],
    ['the settings it has', `?secure-token=${encodeURIComponent(JSON.stringify(settings))}`, settings],
  ])('a trusted URL is registered as it is where it needs %s', (_, query, needed) => {
    const createPolicy = stubTrustedTypes('app');
    const url = new TrustedScriptURL(`https://www.test/token-worker.js${query}`);
    expect(workerScript(url, needed)).toEqual({ url, href: url.href });
    expect(workerScript(url, needed).url).toBe(url);
    expect(createPolicy).not.toHaveBeenCalled();
  });

  test('one policy makes the trusted URLs of all workers of a page, also of a trusted one without settings', () => {
    const createPolicy = stubTrustedTypes('secure-token');
    for (const url of ['/a/token-worker.js', new TrustedScriptURL('https://www.test/token-worker.js')]) {
      const script = workerScript(url, settings);
      expect(script.url).toBeInstanceOf(TrustedScriptURL);
      expect(String(script.url)).toEqual(script.href);
      expect(readSettings(script.href)).toEqual(settings);
    }
    expect(createPolicy).toHaveBeenCalledTimes(1);
  });

  test('where the page does not allow the policy, the browser decides about the URL', () => {
    stubTrustedTypes('app');
    const script = workerScript('/token-worker.js', settings);
    expect(script.url).toEqual(new URL(script.href));
  });
});
