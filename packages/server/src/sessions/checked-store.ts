import { storeAnswer } from '../errors/hooks.ts';
import type { EndedSessions, SessionStore, StoredSession } from './session-store.ts';

/**
 * Returns a store that answers as `SessionStore` promises, or rejects: after two seconds without an answer, and for an
 * answer of another shape. A client of Redis may return bytes or pairs, and a store of the app anything. Such an answer
 * must neither admit a session nor hide that one was ended. This is the one place that checks it, for all stores.
 */
export function checkedStore(store: SessionStore): SessionStore {
  return {
    async admit(call) {
      const state: unknown = await storeAnswer('sessions', store.admit(call));
      if (state === 'admitted' || state === 'full' || state === 'ended') return state;
      throw strangeAnswer('admit', "'admitted', 'full' or 'ended'");
    },

    async list(viewer, nowMs) {
      const sessions: unknown = await storeAnswer('sessions', store.list(viewer, nowMs));
      if (Array.isArray(sessions) && sessions.every(isStoredSession)) return sessions;
      throw strangeAnswer('list', 'a list of { id, startedMs, seenMs }');
    },

    async leave(viewer, id, nowMs) {
      await storeAnswer('sessions', store.leave(viewer, id, nowMs));
    },

    async end(which, nowMs) {
      await storeAnswer('sessions', store.end(which, nowMs));
    },

    async ended(known, nowMs) {
      const list: unknown = await storeAnswer('sessions', store.ended(known, nowMs));
      // Who knows no list is not told that it has not changed.
      if (list === undefined && known !== undefined) return undefined;
      const { version, sessions } = Object(list) as Partial<Record<keyof EndedSessions, unknown>>;
      if (typeof version === 'string' && Array.isArray(sessions) && sessions.every(isEndedSession))
        return { version, sessions };
      throw strangeAnswer('ended', '{ version, sessions } with { id, untilMs } each');
    },
  };
}

/** The form of all ids that a store gets. */
const idForm = /^[\w-]{22}$/;

const isId = (id: unknown): boolean => typeof id === 'string' && idForm.test(id);

/** Whether a value can be unix milliseconds: seconds are too small, so that an end would be over at once. */
const isTimeMs = (value: unknown): boolean => typeof value === 'number' && value >= 1e12;

function isStoredSession(value: unknown): value is StoredSession {
  const { id, startedMs, seenMs } = Object(value) as Partial<StoredSession>;
  return isId(id) && isTimeMs(startedMs) && isTimeMs(seenMs);
}

function isEndedSession(value: unknown): value is EndedSessions['sessions'][number] {
  const { id, untilMs } = Object(value) as Partial<EndedSessions['sessions'][number]>;
  return isId(id) && isTimeMs(untilMs);
}

/** Returns the error for an answer, which is not quoted: nobody knows what is in it. */
function strangeAnswer(method: keyof SessionStore, wanted: string): Error {
  return new Error(
    `sessions: the store answered \`${method}\` with something else than ${wanted}, times in unix milliseconds. ` +
      'Let a client of Redis return text, not buffers.',
  );
}
