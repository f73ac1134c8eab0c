import { describe, expect, test } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { ENDPOINT, FOLDER, MASTER, START, fakeTime, lab, pass, seconds, st, watch } from './lab.ts';

fakeTime();

const expires = START + 300;

/** What is said about `options`, without the code. */
function complaint(options: object): string {
  try {
    createTokenSource({ endpoint: ENDPOINT, ...options }).destroy();
    return 'nothing';
  } catch (error) {
    return (error as Error).message.replace('ERR_OPTIONS: ', '');
  }
}

describe('an option that is wrong: what is, and what to write instead', () => {
  test.each<[object, string]>([
    [{ protect: 'cdn.example.com' }, "protect: 'cdn.example.com' is not a URL. Write 'https://cdn.example.com/'."],
    [
      { protect: [FOLDER, 'cdn.example.com:8443/vod'] },
      "protect[1]: 'cdn.example.com:8443/vod' is not a URL. Write 'https://cdn.example.com:8443/vod/'.",
    ],
    [
      { protect: 7 },
      "protect is a number. Give a URL prefix such as 'https://cdn.example.com/', a RegExp or a function.",
    ],
    [{ protect: 'ftp://a/' }, "protect is not an http or https URL. Write it as in 'https://cdn.example.com/'."],
    [
      { endpoint: undefined },
      "endpoint is missing. Give the URL of your signing endpoint, such as '/token', or getTokens instead.",
    ],
    [{ getTokens: () => [] }, 'endpoint and getTokens are both given. Give one of them.'],
    [{ endpoint: 7 }, "endpoint is a number. Give the URL of your signing endpoint, such as '/token'."],
    [{ renewBefore: '10' }, 'renewBefore is text. Give a number from 0 to 1000000.'],
    [{ jitter: 1.5 }, 'jitter is 1.5. Give a number from 0 to 1.'],
    [{ timeout: 0 }, 'timeout is 0. Give seconds, more than 0.'],
    [{ refusals: 403 }, 'refusals is a number. Give a list of HTTP statuses, such as [401, 403, 410].'],
    [{ refusals: [401, '403'] }, 'refusals[1] is text. Give a number from 0 to 1000000.'],
    [{ request: null }, 'request is null. Give an object.'],
    [{ debug: '1' }, 'debug is text. Give true or false.'],
    [{ retry: { limit: NaN } }, 'retry.limit is NaN. Give a number from 0 to 1000000.'],
    [{ tokens: {} }, 'tokens is an object. Give a list of tokens.'],
    [{ tokens: NaN }, 'tokens is NaN. Give a list of tokens.'],
    [{ tokens: '' }, 'tokens is empty text. Give a list of tokens.'],
    [{ tokens: true }, 'tokens is a boolean. Give a list of tokens.'],
    [{ tokens: () => [] }, 'tokens is a function. Give a list of tokens.'],
    [{ debug: [] }, 'debug is a list. Give true or false.'],
    [{ tokens: [{ expires }] }, 'tokens[0] has neither url nor prefix. Give one: it says which URLs the token opens.'],
    [
      { tokens: [{ prefix: FOLDER, expires: expires * 1000 }] },
      `tokens[0].expires is ${expires * 1000}: milliseconds? Give unix seconds.`,
    ],
    [{ renewbefore: 10 }, "Unknown option 'renewbefore'. Did you mean 'renewBefore'?"],
    [{ endpont: 10 }, "Unknown option 'endpont'. Did you mean 'endpoint'?"],
    [{ retry: { backofLimit: 10 } }, "Unknown option 'retry.backofLimit'. Did you mean 'retry.backoffLimit'?"],
    [
      { hosts: [] },
      "Unknown option 'hosts'. Known options: endpoint, getTokens, request, tokens, protect, renewBefore, jitter, " +
        'readAhead, retry, timeout, refusals, debug, clock, fetch, random.',
    ],
    [{ hosts: undefined }, 'nothing'],
    [{ protect: '/vod/' }, "protect is not an http or https URL. Write it as in 'https://cdn.example.com/'."],
  ])('%j', (options, message) => expect(complaint(options)).toBe(message));
});

describe('an answer that is wrong: which member, and what was expected', () => {
  const token = { prefix: FOLDER, query: { st: 'SECRET' }, expires };
  const answered = 'Answer { "now": 1732450000, "tokens": [], "denied": [] }.';

  test.each<[unknown, string]>([
    [
      { tokens: [{ ...token, expires: 1732450300000 }] },
      'tokens[0].expires is 1732450300000: milliseconds? Give unix seconds.',
    ],
    [{ tokens: [token, { ...token, expires: 'SECRET' }] }, 'tokens[1].expires is text. Give unix seconds as a number.'],
    [{ tokens: [{ ...token, expires: undefined }] }, 'tokens[0].expires is missing. Give unix seconds as a number.'],
    [
      { tokens: [{ ...token, url: '/SECRET' }] },
      'tokens[0].url is not an absolute URL. Give an absolute http or https URL.',
    ],
    [
      { tokens: [{ ...token, prefix: 'https://cdn.test/SECRET' }] },
      "tokens[0].prefix does not end with '/'. Give a folder, such as 'https://cdn.example.com/vod/'.",
    ],
    [{ tokens: [{ ...token, query: 'st=SECRET' }] }, 'tokens[0].query is text. Give an object.'],
    [
      { tokens: [{ url: MASTER, expires, base: 'https://cdn.test/SECRET/' }] },
      'tokens[0] has a base, but no prefix. Give the prefix that the base replaces.',
    ],
    [{ tokens: ['SECRET'] }, "tokens[0] is text. Give an object with 'expires', and 'url' or 'prefix'."],
    [{ token }, `tokens is missing. ${answered}`],
    [{ tokens: token }, 'tokens is an object. Give a list of tokens.'],
    [{ tokens: [], denied: 'SECRET' }, 'denied is text. Give a list of URLs.'],
    [{ tokens: [], now: 1732450300000 }, 'now is 1732450300000: milliseconds? Give unix seconds.'],
    [new Response('<!doctype html>SECRET'), `it is HTML or XML instead of JSON. ${answered}`],
    [new Response('SECRET'), `it is text instead of JSON. ${answered}`],
    [new Response(' '), `it is empty. ${answered}`],
    [[token], `it is a list. Give an object.`.replace('Give an object.', answered)],
  ])('%j', async (answer, message) => {
    const { source, calls } = lab(() => answer);
    const seen = watch(source.sign(MASTER));
    await pass(60);
    expect(seen.error).toMatchObject({
      code: 'ERR_SIGNING_RESPONSE',
      message: `ERR_SIGNING_RESPONSE: answer of the signing endpoint: ${message}`,
    });
    expect(String(seen.error)).not.toContain('SECRET');
    expect(calls).toHaveLength(1);
  });

  test('of getTokens: it is named', async () => {
    const source = createTokenSource({ getTokens: async () => [{ prefix: FOLDER } as never] });
    const seen = watch(source.sign(MASTER));
    await pass(1);
    expect(seen.error!.message).toBe(
      'ERR_SIGNING_RESPONSE: answer of getTokens: tokens[0].expires is missing. Give unix seconds as a number.',
    );
    source.destroy();
  });

  test('a member that cannot be made text or a number throws nothing else', async () => {
    const strange = { toString: 1, valueOf: 1 };
    const { source } = lab(() => ({
      tokens: [{ ...token, expires: seconds() + 60 }],
      denied: [strange],
      now: strange,
    }));
    expect(st(await source.sign(MASTER))).toBe('SECRET');
  });
});

describe('a token that has ended before it was sent', () => {
  test('is told, and used all the same: the edge judges', async () => {
    const { source, events } = lab(() => ({ now: seconds(), tokens: [{ prefix: FOLDER, expires: seconds() - 40 }] }));
    expect((await source.sign(MASTER)).token).toBeDefined();
    expect(events.map(({ type }) => type)).toEqual(['tokenerror', 'tokenrenewed']);
    expect(events[0]!.error).toMatchObject({
      code: 'ERR_SIGNING_RESPONSE',
      message: expect.stringContaining('tokens[0].expires is 40 s in the past by the clock of the signing endpoint.'),
    });
  });

  test('is not told without a clock of the endpoint: it may be the one of the viewer that is wrong', async () => {
    const { source, types } = lab(() => ({ tokens: [{ prefix: FOLDER, expires: seconds() - 40 }] }));
    await source.sign(MASTER);
    expect(types()).toEqual(['tokenrenewed']);
  });
});
