import { describe, expect, test } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { ENDPOINT, FOLDER, MASTER, START, fakeTime, lab, advanceSeconds, seconds, tokenOf, watch } from './lab.ts';

fakeTime();

const expires = START + 300;

/** The message about `options`; it begins with the code. */
function complaint(options: object): string {
  try {
    createTokenSource({ endpoint: ENDPOINT, ...options }).destroy();
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Matches a message by what stands in it in this order, not by its sentence. */
const holding = (...pieces: string[]): unknown =>
  expect.stringMatching(pieces.map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*'));

describe('ERR_OPTIONS names the option, what is wrong with it, and the remedy', () => {
  test.each<[object, ...string[]]>([
    [{ protect: 'cdn.example.com' }, 'protect', "'cdn.example.com'", 'URL', "'https://cdn.example.com/'"],
    [
      { protect: [FOLDER, 'cdn.example.com:8443/vod'] },
      'protect[1]',
      "'cdn.example.com:8443/vod'",
      'URL',
      "'https://cdn.example.com:8443/vod/'",
    ],
    [{ protect: 7 }, 'protect', 'number', 'prefix', "'https://cdn.example.com/'", 'RegExp', 'function'],
    [{ protect: 'ftp://a/' }, 'protect', 'http', "'https://cdn.example.com/'"],
    [{ protect: '/vod/' }, 'protect', 'http', "'https://cdn.example.com/'"],
    [{ endpoint: undefined }, 'endpoint', 'missing', "'/token'", 'getTokens'],
    [{ getTokens: () => [] }, 'endpoint', 'getTokens', 'both', 'one'],
    [{ endpoint: 7 }, 'endpoint', 'number', "'/token'"],
    [{ renewBefore: '10' }, 'renewBefore', 'text', 'number', '0', '1000000'],
    [{ jitter: 1.5 }, 'jitter', '1.5', 'number', '0', '1'],
    [{ timeout: 0 }, 'timeout', '0', 'seconds', '0'],
    [{ refusals: 403 }, 'refusals', 'number', 'list', '[401, 403, 410]'],
    [{ refusals: [401, '403'] }, 'refusals[1]', 'text', 'number'],
    [{ refusals: [{ statuses: [400] }] }, 'refusals[0].prefix', 'missing', 'https://cdn.example.com/'],
    [{ refusals: [{ prefix: 'cdn.example.com', statuses: [400] }] }, 'refusals[0].prefix', 'https://cdn.example.com/'],
    [{ refusals: [{ prefix: 'https://a.test/', statuses: 400 }] }, 'refusals[0].statuses', 'number', 'list'],
    [{ refusals: [{ prefix: 'https://a.test/', statuses: ['400'] }] }, 'refusals[0].statuses[0]', 'text', 'number'],
    [{ refusals: [{ prefix: 'https://a.test/', status: [400] }] }, 'refusals[0].status', 'statuses'],
    [{ request: null }, 'request', 'null', 'object'],
    [{ debug: '1' }, 'debug', 'text', 'true or false'],
    [{ retry: { limit: NaN } }, 'retry.limit', 'NaN', 'number'],
    [{ tokens: {} }, 'tokens', 'object', 'list of tokens'],
    [{ tokens: NaN }, 'tokens', 'NaN', 'list of tokens'],
    [{ tokens: '' }, 'tokens', 'empty', 'list of tokens'],
    [{ tokens: true }, 'tokens', 'boolean', 'list of tokens'],
    [{ tokens: () => [] }, 'tokens', 'function', 'list of tokens'],
    [{ debug: [] }, 'debug', 'list', 'true or false'],
    [{ tokens: [{ expires }] }, 'tokens[0]', 'carrier', 'query', 'headers', 'base', 'credentials: true'],
    [{ tokens: [{ expires, query: {} }] }, 'tokens[0]', 'neither', 'url', 'prefix', 'one'],
    [
      { tokens: [{ prefix: FOLDER, expires: expires * 1000 }] },
      'tokens[0].expires',
      `${expires * 1000}`,
      'milliseconds',
      'unix seconds',
    ],
    [{ renewbefore: 10 }, "'renewbefore'", "'renewBefore'"],
    [{ endpont: 10 }, "'endpont'", "'endpoint'"],
    [{ retry: { backofLimit: 10 } }, "'retry.backofLimit'", "'retry.backoffLimit'"],
    [{ hosts: [] }, "'hosts'", 'endpoint, getTokens, request, tokens, protect', 'fetch, random'],
  ])('%j', (options, ...pieces) => expect(complaint(options)).toEqual(holding('ERR_OPTIONS: ', ...pieces)));

  test.each(['cdn.example.com:https', 'cdn.example.com/vod?st=SECRET', 'cdn.example.com/vod#top', 'cdn.example.com*'])(
    'protect: %s, which no https:// in front makes a prefix, is not repeated as one',
    (protect) => {
      const message = complaint({ protect });
      expect(message).toEqual(holding('ERR_OPTIONS: ', 'protect', 'http', "'https://cdn.example.com/'"));
      expect(message).not.toContain(protect);
    },
  );

  test('an unknown option that is undefined is none', () => {
    expect(complaint({ hosts: undefined })).toBe('nothing');
  });
});

describe('ERR_SIGNING_RESPONSE names the member of the answer, what is wrong with it, and what was expected', () => {
  const token = { prefix: FOLDER, query: { st: 'SECRET' }, expires };
  const example = '{ "now": 1732450000, "tokens": [], "denied": [] }';

  test.each<[unknown, ...string[]]>([
    [
      { tokens: [{ ...token, expires: 1732450300000 }] },
      'tokens[0].expires',
      '1732450300000',
      'milliseconds',
      'unix seconds',
    ],
    [{ tokens: [token, { ...token, expires: 'SECRET' }] }, 'tokens[1].expires', 'text', 'unix seconds'],
    [{ tokens: [{ ...token, expires: undefined }] }, 'tokens[0].expires', 'missing', 'unix seconds'],
    [{ tokens: [{ ...token, url: '/SECRET' }] }, 'tokens[0].url', 'absolute', 'http'],
    [
      { tokens: [{ ...token, prefix: 'https://cdn.test/SECRET' }] },
      'tokens[0].prefix',
      "'/'",
      "'https://cdn.example.com/vod/'",
    ],
    [{ tokens: [{ ...token, query: 'st=SECRET' }] }, 'tokens[0].query', 'text', 'object'],
    [{ tokens: [{ url: MASTER, expires, base: 'https://cdn.test/SECRET/' }] }, 'tokens[0]', 'base', 'prefix'],
    [{ tokens: ['SECRET'] }, 'tokens[0]', 'text', "'expires'", "'url'", "'prefix'"],
    [{ token }, 'tokens', 'missing', example],
    [{ tokens: token }, 'tokens', 'object', 'list of tokens'],
    [
      { tokens: [{ prefix: FOLDER, expires }] },
      'tokens[0]',
      'carrier',
      'query',
      'headers',
      'base',
      'credentials: true',
    ],
    [{ tokens: [{ ...token, query: { st: ['SECRET'] } }] }, 'tokens[0].query', 'value', 'text', 'number'],
    [{ tokens: [{ ...token, query: ['SECRET'] }] }, 'tokens[0].query', 'list', 'object'],
    [{ tokens: [{ ...token, anyQuery: 'SECRET' }] }, 'tokens[0].anyQuery', 'text', 'true or false'],
    [{ tokens: [], now: '1732450300' }, 'now', 'text', 'unix seconds', 'number'],
    [{ tokens: null }, 'tokens', 'null', 'list of tokens'],
    [{ tokens: [], denied: 'SECRET' }, 'denied', 'text', 'list of URLs'],
    [{ tokens: [], now: 1732450300000 }, 'now', '1732450300000', 'milliseconds', 'unix seconds'],
    [new Response('<!doctype html>SECRET'), 'HTML', 'JSON', example],
    [new Response('SECRET'), 'text', 'JSON', example],
    [new Response(' '), 'empty', example],
    [[token], 'list', example],
  ])('%j', async (answer, ...pieces) => {
    const { source, calls } = lab(() => answer);
    const seen = watch(source.sign(MASTER));
    await advanceSeconds(60);
    expect(seen.error).toMatchObject({
      code: 'ERR_SIGNING_RESPONSE',
      message: holding('ERR_SIGNING_RESPONSE: ', 'signing endpoint', ...pieces),
    });
    expect(String(seen.error)).not.toContain('SECRET');
    expect(calls).toHaveLength(1);
  });

  test('an answer of getTokens: the message names getTokens, not the endpoint', async () => {
    const source = createTokenSource({ getTokens: async () => [{ prefix: FOLDER } as never] });
    const seen = watch(source.sign(MASTER));
    await advanceSeconds(1);
    expect(seen.error!.message).toEqual(holding('ERR_SIGNING_RESPONSE: ', 'getTokens', 'tokens[0].expires', 'missing'));
    source.destroy();
  });

  test('a member that cannot be made text or a number throws nothing else', async () => {
    const strange = { toString: 1, valueOf: 1 };
    const { source } = lab(() => ({ tokens: [{ ...token, expires: seconds() + 60 }], denied: [strange] }));
    expect(tokenOf(await source.sign(MASTER))).toBe('SECRET');
    for (const wrong of [{ now: strange }, { tokens: [{ ...token, headers: { 'x-t': strange } }] }]) {
      const seen = watch(lab(() => ({ tokens: [token], ...wrong })).source.sign(MASTER));
      await advanceSeconds(1);
      expect(seen.error).toMatchObject({ code: 'ERR_SIGNING_RESPONSE' });
    }
  });
});

describe('a token that has ended before it was sent', () => {
  test('is told, and used all the same: the edge judges', async () => {
    const { source, events } = lab(() => ({
      now: seconds(),
      tokens: [{ prefix: FOLDER, expires: seconds() - 40, query: {} }],
    }));
    expect((await source.sign(MASTER)).token).toBeDefined();
    expect(events.map(({ type }) => type)).toEqual(['tokenerror', 'tokenrenewed']);
    expect(events[0]!.error).toMatchObject({
      code: 'ERR_SIGNING_RESPONSE',
      message: holding('tokens[0].expires', '40 s', 'past', 'clock of the signing endpoint'),
    });
  });

  test('is not told without a clock of the endpoint: it may be the one of the viewer that is wrong', async () => {
    const { source, types } = lab(() => ({ tokens: [{ prefix: FOLDER, expires: seconds() - 40, query: {} }] }));
    await source.sign(MASTER);
    expect(types()).toEqual(['tokenrenewed']);
  });
});
