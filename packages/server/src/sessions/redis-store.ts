import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { runScript } from './redis-client.ts';
import type { RedisClient } from './redis-client.ts';
import { admitScript, endScript, endedScript, leaveScript, listScript } from './redis-scripts.ts';
import { keptOfViewer, knownOfViewer, maxEnded, maxEndedOfCrowds } from './session-store.ts';
import type { EndedSessions, SessionStore, StoredCall, StoredSession } from './session-store.ts';

export interface RedisStoreOptions {
  /** Front of all keys, without `{` and `}`: puts them into one slot of a cluster. @default 'secure-token' */
  prefix?: string;
}

/**
 * Creates a store in Redis or Valkey, for any number of instances, with one round trip for each call. Takes a client of
 * `ioredis` or of `redis`. If Redis loses its data, places are counted again from the next calls.
 *
 * @throws `ERR_OPTIONS` for a value that is not a client, and for a prefix with braces
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): SessionStore {
  checkNames(options, { prefix: true });
  const { prefix = 'secure-token' } = options;
  if (typeof (client as Partial<RedisClient> | null)?.eval !== 'function')
    throw optionsError('client', 'Give a client of ioredis or of redis.', client);
  if (typeof (prefix as unknown) !== 'string' || !/^[^{}]+$/.test(prefix))
    throw optionsError('prefix', 'Give text without braces.', prefix);
  const front = `{${prefix}}:`;
  const sessionsOf = (viewer: string): string => `${front}viewer:${viewer}`;
  const lists = [`${front}ended`, `${front}version`];

  return {
    async admit({ viewer, id, limit, nowMs, idleAtMs, overAtMs }: StoredCall) {
      const keys = [sessionsOf(viewer), `${front}index:${id}`, ...lists];
      const bounds = [limit ?? 0, keptOfViewer(limit), knownOfViewer(limit), maxEndedOfCrowds];
      const values = [id, nowMs, idleAtMs, overAtMs, ...bounds, viewer, newVersion()];
      const answer = await runScript(client, admitScript, keys, values);
      if (answer === 'admitted' || answer === 'full' || answer === 'ended' || answer === 'crowded') return answer;
      throw new Error('redisStore: Redis gave an invalid answer. Is the client set to return buffers?');
    },
    async list(viewer, nowMs) {
      const answer = await runScript(client, listScript, [sessionsOf(viewer)], []);
      return readSessions(answer as readonly string[], nowMs);
    },
    async leave(viewer, id, nowMs) {
      await runScript(client, leaveScript, [sessionsOf(viewer)], [id, nowMs]);
    },
    async end(which, nowMs) {
      const { id = '', viewer = '' }: { id?: string; viewer?: string } = which;
      const answer = await runScript(client, endScript, lists, [id, viewer, nowMs, maxEnded, newVersion()]);
      if (answer === 'ended') return;
      throw new Error(
        `redisStore: the tokens of ${maxEnded} ended sessions may live. End this one when they have expired.`,
      );
    },
    async ended(known, nowMs): Promise<EndedSessions | undefined> {
      const answer = await runScript(client, endedScript, lists, [known ?? '-', nowMs]);
      const [version, pairs] = answer as [version: string, pairs?: readonly string[]];
      if (!pairs) return undefined;
      return { version, sessions: inPairs(pairs).map(([id, until]) => ({ id, untilMs: Number(until) })) };
    },
  };
}

/** Makes a version that no earlier list has had, even if Redis has lost its data. */
function newVersion(): string {
  return crypto.randomUUID();
}

function readSessions(fields: readonly string[], nowMs: number): StoredSession[] {
  return inPairs(fields).flatMap(([id, times]) => {
    // The text of an ended session is `ended:` and the time when it is over.
    if (times.startsWith('ended')) return [];
    const [startedMs = 0, seenMs = 0, idleAtMs = 0] = times.split(':').map(Number);
    return idleAtMs > nowMs ? [{ id, startedMs, seenMs }] : [];
  });
}

function inPairs(list: readonly string[]): [string, string][] {
  return list.flatMap((each, i) => (i % 2 === 0 ? [[each, list[i + 1]!] as [string, string]] : []));
}
