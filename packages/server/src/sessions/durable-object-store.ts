import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import type { EndedSessions, SessionStore, StoredCall, StoredSession } from './session-store.ts';
import type { SessionsQuestion } from './sessions-object.ts';

/** The members of the binding of a Durable Object that are called. */
export interface SessionsNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): {
    fetch(
      url: string,
      init: { method: string; body: string },
    ): Promise<{ readonly ok: boolean; readonly status: number; json(): Promise<unknown> }>;
  };
}

export interface DurableObjectStoreOptions {
  /** Name of the one object that keeps all sessions. @default 'sessions' */
  name?: string;
}

/**
 * Creates a store in a Durable Object of Cloudflare, for Workers everywhere, with one round trip for each call. The
 * object is a `SessionsObject`, which the Worker exports. It keeps its data when it is moved or deployed again.
 *
 * @param namespace the binding of the class, such as `env.SESSIONS`
 * @throws `ERR_OPTIONS` for a value that is not a binding of a Durable Object
 */
export function durableObjectStore(
  namespace: SessionsNamespace,
  options: DurableObjectStoreOptions = {},
): SessionStore {
  checkNames(options, { name: true });
  const { name = 'sessions' } = options;
  if (typeof (namespace as Partial<SessionsNamespace> | undefined)?.idFromName !== 'function')
    throw optionsError('namespace', 'Give the binding of a Durable Object, such as env.SESSIONS.', namespace);
  if (typeof (name as unknown) !== 'string' || name === '')
    throw optionsError('name', 'Give text that is not empty.', name);

  /** Makes a stub for each call: in workerd, a stub belongs to the request that made it. */
  const ask = async (question: SessionsQuestion): Promise<unknown> => {
    const object = namespace.get(namespace.idFromName(name));
    // The host has no meaning: the object is reached by its binding.
    const response = await object.fetch('https://sessions/', { method: 'POST', body: JSON.stringify(question) });
    if (!response.ok) throw new Error(`durableObjectStore: the object answered ${response.status}. Look at its log.`);
    return ((await response.json()) as { answer?: unknown }).answer;
  };

  return {
    async admit(call: StoredCall) {
      const answer = await ask({ ask: 'admit', call });
      if (answer === 'admitted' || answer === 'full' || answer === 'ended' || answer === 'crowded') return answer;
      throw new Error('durableObjectStore: the object gave an invalid answer. Is its class SessionsObject?');
    },
    list: async (viewer, nowMs) => (await ask({ ask: 'list', viewer, nowMs })) as readonly StoredSession[],
    async leave(viewer, id, nowMs) {
      await ask({ ask: 'leave', viewer, id, nowMs });
    },
    async end(which, nowMs) {
      await ask({ ask: 'end', which, nowMs });
    },
    ended: async (known, nowMs) =>
      (await ask({ ask: 'ended', ...(known !== undefined && { known }), nowMs })) as EndedSessions | undefined,
  };
}
