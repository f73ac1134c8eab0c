import type { EndedSessions, SessionStore, StoredCall, StoredSession } from './session-store.ts';

/** The number of sessions that one process stores; each takes about 600 bytes. */
const maxSessions = 100_000;

/** Milliseconds between two searches for what is over, and those in a full store: one search there takes 0.1 seconds. */
const sweepAfterMs = { usually: 60_000, ifFull: 1000 };

interface Known extends StoredSession {
  /** When the session loses its place. */
  readonly idleAtMs: number;
  /** When the session is forgotten. */
  readonly overAtMs: number;
}

/**
 * Creates a store in the memory of this process, for one instance. With several instances, a viewer has `limit` on each
 * of them, and only one instance knows that a session was ended.
 */
export function memoryStore(): SessionStore {
  return new MemoryStore();
}

class MemoryStore implements SessionStore {
  readonly #viewers = new Map<string, Map<string, Known>>();
  /** The ended sessions, and when they are over. */
  readonly #ended = new Map<string, number>();
  #version = 0;
  #size = 0;
  #sweptMs = -Infinity;

  admit({ viewer, id, limit, most, nowMs, idleAtMs, overAtMs }: StoredCall): Promise<'admitted' | 'full' | 'ended'> {
    this.#sweep(nowMs);
    if ((this.#ended.get(id) ?? 0) > nowMs) return Promise.resolve('ended');
    const own = this.#viewers.get(viewer) ?? new Map<string, Known>();
    const lasting = [...own.values()].filter((each) => each.overAtMs > nowMs);
    const known = lasting.find((each) => each.id === id);
    const holdsPlace = known !== undefined && known.idleAtMs > nowMs;
    if (!holdsPlace && lasting.filter((each) => each.idleAtMs > nowMs).length >= limit) return Promise.resolve('full');
    if (!known && lasting.length >= most) return Promise.resolve('full');
    if (!own.has(id)) {
      if (this.#size >= maxSessions)
        return Promise.reject(new Error('memoryStore: too many sessions for one process. Use redisStore().'));
      this.#size++;
    }
    own.set(id, {
      id,
      startedMs: holdsPlace ? known.startedMs : nowMs,
      seenMs: nowMs,
      idleAtMs,
      // Tokens of an earlier call may live longer than those of this call.
      overAtMs: Math.max(known?.overAtMs ?? 0, overAtMs),
    });
    this.#viewers.set(viewer, own);
    return Promise.resolve('admitted');
  }

  list(viewer: string, nowMs: number): Promise<readonly StoredSession[]> {
    const holding = [...(this.#viewers.get(viewer)?.values() ?? [])].filter((each) => each.idleAtMs > nowMs);
    return Promise.resolve(holding.map(({ id, startedMs, seenMs }) => ({ id, startedMs, seenMs })));
  }

  leave(viewer: string, id: string, nowMs: number): Promise<void> {
    const own = this.#viewers.get(viewer);
    const known = own?.get(id);
    if (known) own?.set(id, { ...known, idleAtMs: Math.min(known.idleAtMs, nowMs) });
    return Promise.resolve();
  }

  end(which: { readonly id: string } | { readonly viewer: string }): Promise<void> {
    for (const [viewer, own] of this.#viewers) {
      if ('viewer' in which && viewer !== which.viewer) continue;
      for (const { id, overAtMs } of own.values()) {
        if ('id' in which && id !== which.id) continue;
        this.#ended.set(id, overAtMs);
        this.#version++;
        this.#drop(viewer, id);
      }
    }
    return Promise.resolve();
  }

  ended(known: string | undefined, nowMs: number): Promise<EndedSessions | undefined> {
    const version = String(this.#version);
    if (version === known) return Promise.resolve(undefined);
    const sessions = [...this.#ended].map(([id, untilMs]) => ({ id, untilMs }));
    return Promise.resolve({ version, sessions: sessions.filter(({ untilMs }) => untilMs > nowMs) });
  }

  #drop(viewer: string, id: string): void {
    const own = this.#viewers.get(viewer);
    if (own?.delete(id)) this.#size--;
    if (own?.size === 0) this.#viewers.delete(viewer);
  }

  /** Forgets what is over. */
  #sweep(nowMs: number): void {
    const afterMs = this.#size < maxSessions ? sweepAfterMs.usually : sweepAfterMs.ifFull;
    if (Math.abs(nowMs - this.#sweptMs) < afterMs) return;
    this.#sweptMs = nowMs;
    for (const [viewer, own] of this.#viewers)
      for (const { id, overAtMs } of own.values()) if (overAtMs <= nowMs) this.#drop(viewer, id);
    for (const [id, untilMs] of this.#ended) if (untilMs <= nowMs) this.#ended.delete(id);
  }
}
