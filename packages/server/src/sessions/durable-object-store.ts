import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import type { EndedSessions, SessionStore, StoredCall, StoredSession } from './session-store.ts';
import type { SessionsQuestion } from './sessions-object.ts';

/** As much of the binding of a Durable Object as is called. */
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
 * Sessions in a Durable Object of Cloudflare, for Workers everywhere: one round trip a call. The object is a
 * `SessionsObject`, which the Worker exports. It keeps what it holds when it is moved or deployed anew.
 *
 * @param namespace the binding of the class, such as `env.SESSIONS`
 * @throws `ERR_OPTIONS` for what is no binding of a Durable Object
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

  /** Makes a stub for each call: in workerd, one belongs to the request that has made it. */
  const ask = async (question: SessionsQuestion): Promise<unknown> => {
    const object = namespace.get(namespace.idFromName(name));
    // Nobody looks at the host: the object is reached by its binding.
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
