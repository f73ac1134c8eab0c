import { describe, expect, test } from 'vitest';
import { createEdgeHandler } from '../../../../packages/server/src/index.ts';
import { createSessions, memoryStore, redisStore } from '../../../../packages/server/src/sessions.ts';
import type { SessionStore } from '../../../../packages/server/src/sessions.ts';
import { endpoint, post } from '../../../support/signing-endpoint.ts';
import { requestWith } from '../../../support/token-request.ts';
import { FILM, cat, one } from './sessions-lab.ts';

const NOW = 1_795_500_000_000;
const viewer = (): string => 'anna';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** The id of the session, which an edge finds in the token. */
const id = await createSessions({ store: memoryStore(), viewer }).idOf(new Request(FILM), one);
const untilMs = NOW + 300_000;

/** A store in memory with one method of another answer. */
const storeWith = (method: keyof SessionStore, answer: unknown): SessionStore =>
  Object.assign(memoryStore(), { [method]: async () => answer });
/** A store in Redis whose client has this answer. */
const redisWith = (answer: unknown): SessionStore => redisStore({ isOpen: true, eval: async () => answer });

describe('a strange answer of a store admits no session: 503, and the log hears of it', () => {
  const strange = [undefined, null, true, 1, '', 'FULL', 'Admitted', ['admitted'], { state: 'admitted' }] as const;
  test.each<[string, SessionStore]>([
    ...[...strange, bytes('admitted'), Buffer.from('admitted')].flatMap((answer): [string, SessionStore][] => [
      [`${JSON.stringify(answer)} of a store of the app`, storeWith('admit', answer)],
      [`${JSON.stringify(answer)} of Redis`, redisWith(answer)],
    ]),
  ])('%s', async (_, store) => {
    const errors: unknown[] = [];
    const sessions = createSessions({ store, viewer, clock: () => NOW });
    const signing = endpoint({ format: cat, sessions, clock: () => NOW, onError: (error) => errors.push(error) });
    expect((await signing(post({ urls: [FILM], session: one }))).status).toBe(503);
    expect(errors).toHaveLength(1);
    expect(String(errors[0])).toMatch(/^Error: sessions: the store answered `admit` with something else/);
  });
});

describe('a strange answer of a store lets no ended session pass a strict edge: 503, and the log hears of it', () => {
  const nothingEnded = { version: 'v1', sessions: [] };
  /** What an edge answers that gets a first list, and then those of a store. */
  async function judgedBy(store: SessionStore, first: unknown) {
    const errors: unknown[] = [];
    const time = { now: NOW };
    const clock = (): number => time.now;
    const lists = [first];
    const ended: SessionStore['ended'] = async (known, nowMs) =>
      lists.length > 0 ? (lists.shift() as undefined) : store.ended(known, nowMs);
    const sessions = createSessions({ store: Object.assign(memoryStore(), { ended }), viewer, clock });
    const edge = createEdgeHandler({
      format: cat,
      sessions,
      strict: true,
      clock,
      onError: (error) => {
        errors.push(error);
      },
      origin: () => new Response('ok'),
    });
    const token = await cat.sign(new URL(FILM), NOW / 1000 + 300, id);
    const statuses: number[] = [];
    for (const afterMs of [0, 6000, 20_000]) {
      time.now = NOW + afterMs;
      statuses.push((await edge(requestWith(FILM, token))).status);
    }
    return { statuses, errors };
  }

  const strange: readonly [string, unknown][] = [
    ['null', null],
    ['true', true],
    ['a list', []],
    ['a list of null', [null]],
    ['no sessions', { version: 'v2' }],
    ['sessions that are no list', { version: 'v2', sessions: { [id]: untilMs } }],
    ['null among the sessions', { version: 'v2', sessions: [null] }],
    ['a version of bytes', { version: bytes('v2'), sessions: [] }],
    ['an id of bytes', { version: 'v2', sessions: [{ id: bytes(id), untilMs }] }],
    ['an id with something in front of it', { version: 'v2', sessions: [{ id: `session:${id}`, untilMs }] }],
    ['no id', { version: 'v2', sessions: [{ untilMs }] }],
    ['an end in seconds', { version: 'v2', sessions: [{ id, untilMs: untilMs / 1000 }] }],
    ['an end as text', { version: 'v2', sessions: [{ id, untilMs: String(untilMs) }] }],
    ['an end that is not a number', { version: 'v2', sessions: [{ id, untilMs: NaN }] }],
    ['an end as a date', { version: 'v2', sessions: [{ id, untilMs: new Date(untilMs) }] }],
    ['pairs', { version: 'v2', sessions: [[id, untilMs]] }],
  ];
  test.each(strange)('%s, behind a list that was good', async (_, answer) => {
    const { statuses, errors } = await judgedBy(storeWith('ended', answer), nothingEnded);
    expect(statuses).toEqual([200, 503, 503]);
    expect(String(errors[0])).toMatch(/^Error: sessions: the store answered `ended` with something else/);
  });

  test.each([...strange, ['nothing, although the edge knows no list', undefined]])('%s, at once', async (_, answer) => {
    const { statuses, errors } = await judgedBy(storeWith('ended', answer), answer);
    expect(statuses).toEqual([503, 503, 503]);
    expect(String(errors[0])).toMatch(/^Error: sessions: the store answered `ended` with something else/);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['an empty list', []],
    ['a list of null', [null]],
    ['another version without a list', ['v2']],
    ['bytes', [bytes('v2'), [bytes(id), bytes(String(untilMs))]]],
    ['bytes of the known version', [bytes('v1')]],
    ['an id of bytes', ['v2', [bytes(id), String(untilMs)]]],
    ['the pairs of RESP3', ['v2', [[id, untilMs]]]],
    [
      'two pairs of RESP3',
      [
        'v2',
        [
          [id, untilMs],
          ['B'.repeat(22), untilMs],
        ],
      ],
    ],
    ['a map', ['v2', new Map([[id, untilMs]])]],
    ['half a pair', ['v2', [id]]],
  ])('%s of Redis', async (_, answer) => {
    const { statuses, errors } = await judgedBy(redisWith(answer), nothingEnded);
    expect(statuses).toEqual([200, 503, 503]);
    expect(errors.length).toBeGreaterThan(0);
  });

  test.each<[string, SessionStore]>([
    ['of a store of the app', storeWith('ended', { version: 'v2', sessions: [{ id, untilMs }] })],
    ['of Redis', redisWith(['v2', [id, String(untilMs)]])],
  ])('the answer that is promised, %s, is a 403', async (_, store) => {
    expect(await judgedBy(store, nothingEnded)).toEqual({ statuses: [200, 403, 403], errors: [] });
  });
});

test.each([
  undefined,
  [null],
  [[one, '1:2:3']],
  [{ id: one, startedMs: 1, seenMs: NOW }],
  [{ startedMs: NOW, seenMs: NOW }],
])('a strange list of sessions is an error: %j', async (answer) => {
  const sessions = createSessions({ store: storeWith('list', answer), viewer, clock: () => NOW });
  await expect(sessions.list('anna')).rejects.toThrow('sessions: the store answered `list`');
});
