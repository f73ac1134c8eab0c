import { describe, expect, test, vi } from 'vitest';
import { readFirewallArgs } from '../../../../packages/server/src/azion/firewall-args.ts';
import { createEdgeHandler, createSigningEndpoint, secureToken } from '../../../../packages/server/src/index.ts';
import { HOST, ask, master } from '../../../support/signing-endpoint.ts';

const format = secureToken({ secret: 'mysecret' });
const several = [
  'a.example.com,b.example.com',
  'a.example.com;b.example.com',
  '{cdn,www}.example.com',
  '(cdn).example.com',
  '(a|b).example.com',
];
const wrong = [
  '"cdn.example.com"',
  '$host',
  '%2A.example.com',
  "'cdn.example.com'",
  'cdn.example.com!',
  '`cdn`.test',
  'a=b.test',
  'a~b.test',
  'a&b',
];
const fine = [
  'cdn.example.com',
  'CDN.example.com.',
  'my_cdn-1.example',
  'b\u00fccher.example',
  '203.0.113.9',
  '[2001:db8::1]',
  'localhost',
];

describe('a host that no request has is refused where it is written', () => {
  /** `URL` itself takes no `|`. */
  const inUrls = [...several.filter((host) => !host.includes('|')), ...wrong];
  const refusal = (option: string, host: string): unknown =>
    expect.objectContaining({
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(
        `^${option}: .*${several.includes(host) ? 'one entry per host' : 'letters, digits'}`,
      ),
    });

  test.each(inUrls)('%s in a rule of the edge and in `allow`', (host) => {
    const url = `https://${host}/vod/`;
    expect(() => createEdgeHandler({ format, origin: HOST, protect: url })).toThrow(refusal('protect', host));
    const options = { format, authorize: () => true, ttl: 300, allow: url };
    expect(() => createSigningEndpoint(options)).toThrow(refusal('allow', host));
  });

  test.each(inUrls)('%s in `denied`', async (host) => {
    const onError = vi.fn();
    const { status } = await ask(
      { urls: [master] },
      { authorize: () => ({ denied: [`https://${host}/vod/`] }), onError },
    );
    expect(status).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: expect.stringMatching(/^denied from authorize: /) }),
    );
  });

  test.each([...several, ...wrong])('%s in a rule of the Azion file', (host) => {
    const args = { secure_token_secret: 's', rules: [{ host }] };
    expect(() => readFirewallArgs(args)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^rules: host: /) }),
    );
    if (!host.includes('|')) expect(() => readFirewallArgs(args)).toThrow(refusal('rules: host', host));
  });

  test('any of them among the origins of pages', () => {
    for (const host of inUrls) {
      const cors = { origins: [`https://${host}`] };
      expect(() => createEdgeHandler({ format, origin: HOST, cors }), host).toThrow(/^cors\.origins: /);
    }
  });

  test.each(fine)('%s is a host', (host) => {
    expect(() => createEdgeHandler({ format, origin: HOST, protect: `https://${host}/vod/` })).not.toThrow();
    expect(() =>
      createSigningEndpoint({ format, authorize: () => true, ttl: 300, allow: `https://${host}/` }),
    ).not.toThrow();
    expect(() => readFirewallArgs({ secure_token_secret: 's', rules: [{ host }] })).not.toThrow();
  });
});
