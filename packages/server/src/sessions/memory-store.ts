import type { EndedSessions, SessionStore, StoredCall, StoredSession } from './session-store.ts';
import { maxSessionsOfViewer } from './session-store.ts';

/** Sessions that one process keeps; each costs about 300 bytes. */
const maxSessions = 100_000;

/** Milliseconds between two looks at all sessions of a store that is full. */
const sweepAfterMs = 1000;

interface Kept extends StoredSession {
  readonly idleAtMs: number;
  readonly overAtMs: number;
}

/**
 * Sessions in the memory of this process: for one instance. Behind several, a viewer has `limit` in each, and an end is
 * heard of by this one alone.
 */
export function memoryStore(): SessionStore {
  return new MemoryStore();
}

class MemoryStore implements SessionStore {
  /** In the order of their last calls. */
  readonly #viewers = new Map<string, Map<string, Kept>>();
  readonly #viewerOf = new Map<string, string>();
  readonly #ended = new Map<string, number>();
  #version = 0;
  #sweptMs = -Infinity;

  admit({ viewer, id, limit, nowMs, idleAtMs, overAtMs }: StoredCall): Promise<'admitted' | 'full' | 'ended'> {
    if ((this.#ended.get(id) ?? 0) > nowMs) return Promise.resolve('ended');
    this.#forget(nowMs);
    const own = this.#viewers.get(viewer) ?? new Map<string, Kept>();
    for (const each of own.values()) if (each.id !== id && each.overAtMs <= nowMs) this.#drop(viewer, each.id);
    const others = [...own.values()].filter((each) => each.id !== id && each.idleAtMs > nowMs);
    const known = own.get(id);
    const holdsPlace = known !== undefined && known.idleAtMs > nowMs;
    if (!holdsPlace && others.length >= (limit ?? Infinity)) return Promise.resolve('full');
    if (!known && !this.#makeRoom(nowMs))
      return Promise.reject(new Error('memoryStore: too many sessions for one process. Use redisStore().'));
    // Its tokens may live, and nobody could end them once it is unknown.
    if (others.length >= Math.max(limit ?? 0, maxSessionsOfViewer)) this.#end(viewer, [leastLately(others)], nowMs);
    own.set(id, {
      ...{ id, startedMs: holdsPlace ? known.startedMs : nowMs, seenMs: nowMs, idleAtMs },
      // Tokens of an earlier call may live longer than those of this one.
      overAtMs: Math.max(known?.overAtMs ?? 0, overAtMs),
    });
    this.#viewerOf.set(id, viewer);
    this.#viewers.delete(viewer);
    this.#viewers.set(viewer, own);
    return Promise.resolve('admitted');
  }

  list(viewer: string, nowMs: number): Promise<readonly StoredSession[]> {
    const own = [...(this.#viewers.get(viewer)?.values() ?? [])].filter((each) => each.idleAtMs > nowMs);
    return Promise.resolve(own.map(({ id, startedMs, seenMs }) => ({ id, startedMs, seenMs })));
  }

  leave(viewer: string, id: string, nowMs: number): Promise<void> {
    const own = this.#viewers.get(viewer);
    const known = own?.get(id);
    if (known) own?.set(id, { ...known, idleAtMs: Math.min(known.idleAtMs, nowMs) });
    return Promise.resolve();
  }

  end(which: { readonly id: string } | { readonly viewer: string }, nowMs: number): Promise<void> {
    const viewer = 'viewer' in which ? which.viewer : this.#viewerOf.get(which.id);
    const own = viewer === undefined ? undefined : this.#viewers.get(viewer);
    const sessions = [...(own?.values() ?? [])].filter((each) => !('id' in which) || each.id === which.id);
    if (viewer !== undefined && sessions.length > 0) this.#end(viewer, sessions, nowMs);
    return Promise.resolve();
  }

  ended(known: string | undefined, nowMs: number): Promise<EndedSessions | undefined> {
    const version = String(this.#version);
    if (version === known) return Promise.resolve(undefined);
    const sessions = [...this.#ended].map(([id, untilMs]) => ({ id, untilMs }));
    return Promise.resolve({ version, sessions: sessions.filter(({ untilMs }) => untilMs > nowMs) });
  }

  #end(viewer: string, sessions: readonly Kept[], nowMs: number): void {
    for (const [id, untilMs] of this.#ended) if (untilMs <= nowMs) this.#ended.delete(id);
    for (const { id, overAtMs } of sessions) {
      this.#ended.set(id, overAtMs);
      this.#drop(viewer, id);
    }
    this.#version++;
  }

  #drop(viewer: string, id: string): void {
    const own = this.#viewers.get(viewer);
    own?.delete(id);
    if (own?.size === 0) this.#viewers.delete(viewer);
    this.#viewerOf.delete(id);
  }

  /**
   * Where there is no room, looks at all viewers for what is over, at most once a second: each look takes milliseconds.
   *
   * @returns whether there is room for one more session
   */
  #makeRoom(nowMs: number): boolean {
    if (this.#viewerOf.size >= maxSessions && Math.abs(nowMs - this.#sweptMs) >= sweepAfterMs) {
      this.#sweptMs = nowMs;
      for (const [viewer, own] of this.#viewers)
        for (const { id, overAtMs } of own.values()) if (overAtMs <= nowMs) this.#drop(viewer, id);
    }
    return this.#viewerOf.size < maxSessions;
  }

  /** Forgets viewers whose sessions are over, of those whose last calls are longest ago. */
  #forget(nowMs: number): void {
    for (const [viewer, own] of this.#viewers) {
      for (const { id, overAtMs } of own.values()) if (overAtMs <= nowMs) this.#drop(viewer, id);
      if (own.size > 0) break;
    }
  }
}

function leastLately(sessions: readonly Kept[]): Kept {
  return sessions.reduce((a, b) => (a.seenMs <= b.seenMs ? a : b));
}
