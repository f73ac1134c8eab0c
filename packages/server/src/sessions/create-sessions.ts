import { digest, sha256 } from '../crypto/hash.ts';
import { callHook, checkedClock, checkRequest } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { checkedStore } from './checked-store.ts';
import type { SessionStore } from './session-store.ts';
import type { Admission, Sessions } from './sessions.ts';

export interface SessionsOptions {
  /** `memoryStore()` for one process, `redisStore(client)` for several. */
  store: SessionStore;
  /**
   * Returns the name of the viewer: the account of a log-in that has been *verified*. If the function throws, or
   * returns anything but non-empty text, the endpoint answers 503: a viewer without a name never gets tokens.
   */
  viewer: (request: Request) => string | Promise<string>;
  /** The number of sessions of a viewer that may hold a place at a time. @default 100 */
  limit?: number;
  /**
   * Seconds for which a session keeps its place after its latest call, at most a year.
   *
   * @default 1.5 times the lifetime of its tokens
   */
  idle?: number;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
}

/** A year in seconds: a much later time would not be a whole number for Redis. */
const maxIdle = 31_536_000;

/**
 * The number of sessions that are stored of one viewer until their tokens and places have ended, those that have left
 * included: this number of places, but at least of a hundred.
 */
const storedPlaces = 2;

/** A session renews its tokens before they end; half a lifetime more is a reserve for calls that fail. */
const idleLifetimes = 1.5;

/**
 * Counts the sessions of viewers, and ends them. Give the result to `createSigningEndpoint`, whose calls show that a
 * session is alive, and to `createEdgeHandler`, which refuses the tokens of ended sessions.
 *
 * @throws `ERR_OPTIONS`
 */
export function createSessions(options: SessionsOptions): Sessions {
  const { viewer, limit, idle, clock, ...read } = option.readOptions(options, {
    store: option.having('admit', 'Give a store such as memoryStore() or redisStore(client).'),
    viewer: option.callback('Give a function that returns the viewer.'),
    limit: option.most(100),
    idle: option.reader<number, undefined>(
      (value) => typeof value === 'number' && value > 0 && value <= maxIdle,
      `Give seconds, more than 0, at most ${maxIdle} (a year).`,
      undefined,
    ),
    clock: checkedClock,
  });

  const store = checkedStore(read.store);

  /** The viewers of requests: the endpoint needs the viewer twice, and a request is verified only once. */
  const viewers = new WeakMap<Request, string>();
  const viewerOf = async (request: Request): Promise<string> => {
    const known = viewers.get(request);
    if (known !== undefined) return known;
    checkRequest(request);
    const name: unknown = await callHook('sessions.viewer', () => viewer(request));
    if (typeof name !== 'string' || name === '')
      throw optionsError('sessions.viewer', 'Return text that is not empty, for every request.', name);
    const owner = digestOf(name);
    viewers.set(request, owner);
    return owner;
  };

  return {
    async admit(request, { session, ttl }): Promise<Admission> {
      const owner = await viewerOf(request);
      const id = sessionId(owner, session);
      const nowMs = clock();
      const idleAtMs = nowMs + Math.ceil((idle ?? idleLifetimes * ttl) * 1000);
      // Most formats still let a token through in the second of its expiry.
      const overAtMs = Math.max(idleAtMs, nowMs + Math.ceil((ttl + 1) * 1000));
      const call = { viewer: owner, id, limit, most: storedPlaces * Math.max(limit, 100), nowMs, idleAtMs, overAtMs };
      const state = await store.admit(call);
      if (state === 'full') return { state, limit };
      return state === 'admitted' ? { state, id } : { state };
    },

    async list(name) {
      const stored = await store.list(digestOf(name), clock());
      return stored.map(({ id, startedMs, seenMs }) => ({
        id,
        startedAt: Math.floor(startedMs / 1000),
        seenAt: Math.floor(seenMs / 1000),
      }));
    },

    async end(which) {
      const ending = typeof which === 'string' ? { id: which } : { viewer: digestOf(which.viewer) };
      await store.end(ending, clock());
    },

    async leave(request, session) {
      const owner = await viewerOf(request);
      await store.leave(owner, sessionId(owner, session), clock());
    },

    idOf: async (request, session) => sessionId(await viewerOf(request), session),

    ended: async (known) => store.ended(known, clock()),
  };
}

/** Turns a name of any length into a digest of 43 characters, so that names are not stored in Redis. */
function digestOf(name: string): string {
  return digest(sha256, `viewer:${name}`, 'base64url');
}

/**
 * Returns the id of a session for tokens and lists: 132 bits of a digest. The page has chosen `session`. Another viewer
 * may choose the same one, but has another session.
 */
function sessionId(owner: string, session = ''): string {
  return digest(sha256, `session:${owner}:${session}`, 'base64url').slice(0, 22);
}
