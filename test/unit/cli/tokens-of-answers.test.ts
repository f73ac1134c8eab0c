import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Reply } from '../../../packages/cli/src/conform/endpoint-caller.ts';
import { tokenFor } from '../../../packages/cli/src/conform/answer.ts';
import { unanswered } from '../../../packages/cli/src/conform/request-checks.ts';
import type { Asker } from '../../../packages/cli/src/doctor/ask/asker.ts';
import { EndpointCalls } from '../../../packages/cli/src/doctor/ask/endpoint-calls.ts';
import { endpointSigner } from '../../../packages/cli/src/doctor/ask/signers.ts';

const origin = 'https://cdn.example.com';
const urls = Array.from({ length: 50 }, (_, i) => `${origin}/vod/${i}.ts`);
/** Tokens that open no URL of the call. */
const others = Array.from({ length: 100 }, (_, i) => ({ prefix: `${origin}/other/${i}/` }));

let parsed = 0;
beforeEach(() => {
  parsed = 0;
  const { URL } = globalThis;
  vi.stubGlobal(
    'URL',
    class extends URL {
      constructor(...given: ConstructorParameters<typeof URL>) {
        super(...given);
        parsed++;
      }
    },
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const replyOf = (tokens: readonly object[]): Reply => ({
  urls,
  status: 200,
  headers: new Headers(),
  answer: { tokens },
});

test('conform parses what a token opens once, however many URLs the call has', () => {
  expect(unanswered(replyOf(others))).toEqual(urls);
  expect(parsed).toBeLessThan(2 * (urls.length + others.length));
});

test('conform takes the token of the URL, then that of the longest prefix, then one for all URLs', () => {
  const [all, short, long, own] = [
    {},
    { prefix: `${origin}/` },
    { prefix: `${origin}/vod/` },
    { url: `${urls[0]}?a`, anyQuery: true },
  ];
  expect(tokenFor(replyOf([all, short, long, own]), urls[0]!)).toBe(own);
  expect(tokenFor(replyOf([all, short, long, own]), urls[1]!)).toBe(long);
  expect(tokenFor(replyOf([all, { prefix: 'vod/' }]), urls[1]!)).toBe(all);
  expect(tokenFor(replyOf([all]), `${origin}/not-asked.ts`)).toBeUndefined();
});

test('the doctor parses what a token opens once, however many files it asks for', async () => {
  const body = JSON.stringify({ now: 0, tokens: others, denied: [] });
  const ask = async (): Promise<unknown> => ({ url: '', status: 200, headers: new Headers(), body });
  const signer = endpointSigner(new EndpointCalls('https://api.example.com/', origin, {}), {
    asker: { ask } as unknown as Asker,
    origin,
    signsAnything: false,
  });
  expect(await signer.sign(urls)).toEqual(urls.map(() => undefined));
  // the tokens once for this origin, and once for others
  expect(parsed).toBeLessThan(3 * (urls.length + others.length));
});
