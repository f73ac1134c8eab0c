import { AgingMap } from '../memory/aging-map.ts';
import type { EndedSessions, SessionStore, StoredCall, StoredSession } from './session-store.ts';
import { keptOfViewer, knownOfViewer } from './session-store.ts';

/** The number of sessions that one process stores, including ended ones; each takes about 600 bytes. */
const maxSessions = 100_000;

/** Milliseconds between two searches of a full store for sessions that are over. */
const sweepAfterMs = 1000;

interface Known extends StoredSession {
  /** When the session loses its place. */
  readonly idleAtMs: number;
  /** When the session is forgotten. */
  readonly overAtMs: number;
  readonly hasEnded: boolean;
}

/**
 * Creates a store in the memory of this process, for one instance. With several instances, a viewer has `limit` on each
 * of them, and only one instance knows that a session was ended.
 */
export function memoryStore(): SessionStore {
  return new MemoryStore();
}

class MemoryStore implements SessionStore {
  /** The sessions by viewer, in the order of the viewers' last calls. */
  readonly #viewers = new AgingMap<string, Map<string, Known>>();
  readonly #viewerOf = new Map<string, string>();
  readonly #ended = new Map<string, number>();
  #version = 0;
  #sweptMs = -Infinity;

  admit({
    viewer,
    id,
    limit,
    nowMs,
    idleAtMs,
    overAtMs,
  }: StoredCall): Promise<'admitted' | 'full' | 'ended' | 'crowded'> {
    if ((this.#ended.get(id) ?? 0) > nowMs) return Promise.resolve('ended');
    this.#forget(nowMs);
    const own = this.#viewers.get(viewer) ?? new Map<string, Known>();
    for (const each of own.values()) if (isOver(each, nowMs)) this.#drop(viewer, each.id);
    const known = own.get(id);
    const others = [...own.values()].filter((each) => each.id !== id);
    const kept = others.filter((each) => !each.hasEnded);
    const holdsPlace = known !== undefined && known.idleAtMs > nowMs;
    const places = kept.filter((each) => each.idleAtMs > nowMs).length;
    if (!holdsPlace && places >= (limit ?? Infinity)) return Promise.resolve('full');
    if (!known) {
      if (others.length >= knownOfViewer(limit)) return Promise.resolve('crowded');
      if (!this.#makeRoom(nowMs))
        return Promise.reject(new Error('memoryStore: too many sessions for one process. Use redisStore().'));
      if (kept.length >= keptOfViewer(limit)) this.#end(own, [firstToGo(kept, nowMs)]);
    }
    own.set(id, {
      ...{ id, startedMs: holdsPlace ? known.startedMs : nowMs, seenMs: nowMs, idleAtMs },
      // Tokens of an earlier call may live longer than those of this call.
      overAtMs: Math.max(known?.overAtMs ?? 0, overAtMs),
      hasEnded: false,
    });
    this.#viewerOf.set(id, viewer);
    this.#viewers.set(viewer, own);
    return Promise.resolve('admitted');
  }

  list(viewer: string, nowMs: number): Promise<readonly StoredSession[]> {
    const own = [...(this.#viewers.get(viewer)?.values() ?? [])].filter(
      (each) => !each.hasEnded && each.idleAtMs > nowMs,
    );
    return Promise.resolve(own.map(({ id, startedMs, seenMs }) => ({ id, startedMs, seenMs })));
  }

  leave(viewer: string, id: string, nowMs: number): Promise<void> {
    const own = this.#viewers.get(viewer);
    const known = own?.get(id);
    if (known) own?.set(id, { ...known, idleAtMs: Math.min(known.idleAtMs, nowMs) });
    return Promise.resolve();
  }

  end(which: { readonly id: string } | { readonly viewer: string }): Promise<void> {
    const viewer = 'viewer' in which ? which.viewer : this.#viewerOf.get(which.id);
    const own = viewer === undefined ? undefined : this.#viewers.get(viewer);
    const sessions = [...(own?.values() ?? [])].filter(
      (each) => !each.hasEnded && (!('id' in which) || each.id === which.id),
    );
    if (own && sessions.length > 0) this.#end(own, sessions);
    return Promise.resolve();
  }

  ended(known: string | undefined, nowMs: number): Promise<EndedSessions | undefined> {
    const version = String(this.#version);
    if (version === known) return Promise.resolve(undefined);
    const sessions = [...this.#ended].map(([id, untilMs]) => ({ id, untilMs }));
    return Promise.resolve({ version, sessions: sessions.filter(({ untilMs }) => untilMs > nowMs) });
  }

  /** Ends sessions. An ended session stays with its viewer until it is over, because it counts among the known ones. */
  #end(own: Map<string, Known>, sessions: readonly Known[]): void {
    for (const session of sessions) {
      own.set(session.id, { ...session, hasEnded: true });
      this.#ended.set(session.id, session.overAtMs);
    }
    this.#version++;
  }

  #drop(viewer: string, id: string): void {
    const own = this.#viewers.get(viewer);
    own?.delete(id);
    if (own?.size === 0) this.#viewers.delete(viewer);
    this.#viewerOf.delete(id);
    this.#ended.delete(id);
  }

  /**
   * If the store is full, removes the sessions of all viewers that are over, at most once a second: each search takes
   * milliseconds.
   *
   * @returns whether there is room for one more session
   */
  #makeRoom(nowMs: number): boolean {
    if (this.#viewerOf.size >= maxSessions && Math.abs(nowMs - this.#sweptMs) >= sweepAfterMs) {
      this.#sweptMs = nowMs;
      for (const [viewer, own] of this.#viewers)
        for (const each of own.values()) if (isOver(each, nowMs)) this.#drop(viewer, each.id);
    }
    return this.#viewerOf.size < maxSessions;
  }

  /** Forgets sessions that are over, beginning with the viewers whose last calls are longest ago. */
  #forget(nowMs: number): void {
    for (const [viewer, own] of this.#viewers) {
      for (const each of own.values()) if (isOver(each, nowMs)) this.#drop(viewer, each.id);
      if (own.size > 0) break;
    }
  }
}

const isOver = ({ overAtMs }: Known, nowMs: number): boolean => overAtMs <= nowMs;

/**
 * Finds the session to drop: one without a place before one with a place, and among equals the one whose latest call is
 * oldest.
 */
function firstToGo(kept: readonly Known[], nowMs: number): Known {
  const holdsPlace = ({ idleAtMs }: Known): boolean => idleAtMs > nowMs;
  const idle = kept.filter((each) => !holdsPlace(each));
  return (idle.length > 0 ? idle : kept).reduce((a, b) => (a.seenMs <= b.seenMs ? a : b));
}
