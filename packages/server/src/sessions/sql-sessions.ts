import type { EndedSessions, StoredCall, StoredSession } from './session-store.ts';
import { keptOfViewer, knownOfViewer, maxEnded, maxEndedOfCrowds } from './session-store.ts';

/** The members of the SQL storage of a Durable Object that are called. */
export interface SqlStorage {
  exec(query: string, ...bindings: (string | number)[]): { toArray(): Record<string, unknown>[] };
}

interface Row {
  readonly id: string;
  readonly viewer: string;
  readonly started: number;
  readonly seen: number;
  readonly idle: number;
  readonly over: number;
}

/** All times are unix milliseconds. */
const tables = `
  CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, viewer TEXT NOT NULL,
    started INTEGER NOT NULL, seen INTEGER NOT NULL, idle INTEGER NOT NULL, over INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_viewer ON sessions (viewer);
  CREATE INDEX IF NOT EXISTS sessions_over ON sessions (over);
  CREATE TABLE IF NOT EXISTS ended (
    id TEXT PRIMARY KEY, viewer TEXT NOT NULL, until INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS ended_viewer ON ended (viewer);
  CREATE INDEX IF NOT EXISTS ended_until ON ended (until);
  CREATE TABLE IF NOT EXISTS list (only INTEGER PRIMARY KEY CHECK (only = 1), version TEXT NOT NULL);
`;

/**
 * Sessions in the SQLite of a Durable Object. No method waits for anything, so that each is one atomic step: a Durable
 * Object runs one piece of code at a time. The object sends its response only after its data has been written.
 */
export class SqlSessions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(tables);
  }

  admit({ viewer, id, limit, nowMs, idleAtMs, overAtMs }: StoredCall): 'admitted' | 'full' | 'ended' | 'crowded' {
    if (this.#rows('SELECT id FROM ended WHERE id = ? AND until > ?', id, nowMs).length > 0) return 'ended';
    this.#sql.exec('DELETE FROM sessions WHERE over <= ? AND id <> ?', nowMs, id);
    const [known] = this.#rows<Row>('SELECT * FROM sessions WHERE id = ?', id);
    const holdsPlace = known !== undefined && known.idle > nowMs;
    // Sorted by which session goes first: one without a place before one with a place, then by the oldest latest call.
    const kept = this.#rows<Row>(
      'SELECT * FROM sessions WHERE viewer = ? AND id <> ? ORDER BY idle > ?, seen',
      ...[viewer, id, nowMs],
    );
    const places = kept.filter(({ idle }) => idle > nowMs).length;
    if (!holdsPlace && places >= (limit ?? Infinity)) return 'full';
    if (!known) {
      const ended = this.#rows('SELECT id FROM ended WHERE viewer = ? AND until > ?', viewer, nowMs).length;
      if (kept.length + ended >= knownOfViewer(limit)) return 'crowded';
      // Ends the session that goes: its tokens may live, and no call could end a session that is unknown.
      if (kept.length >= keptOfViewer(limit) && !this.#end(kept.slice(0, 1), nowMs, maxEndedOfCrowds)) return 'crowded';
    }
    this.#sql.exec(
      'INSERT OR REPLACE INTO sessions (id, viewer, started, seen, idle, over) VALUES (?, ?, ?, ?, ?, ?)',
      ...[id, viewer, holdsPlace ? known.started : nowMs, nowMs, idleAtMs],
      // Tokens of an earlier call may live longer than those of this call.
      Math.max(known?.over ?? 0, overAtMs),
    );
    return 'admitted';
  }

  list(viewer: string, nowMs: number): StoredSession[] {
    const rows = this.#rows<Row>('SELECT * FROM sessions WHERE viewer = ? AND idle > ?', viewer, nowMs);
    return rows.map(({ id, started, seen }) => ({ id, startedMs: started, seenMs: seen }));
  }

  leave(viewer: string, id: string, nowMs: number): void {
    this.#sql.exec('UPDATE sessions SET idle = min(idle, ?) WHERE viewer = ? AND id = ?', nowMs, viewer, id);
  }

  end(which: { readonly id: string } | { readonly viewer: string }, nowMs: number): void {
    const [column, value] = 'id' in which ? ['id', which.id] : ['viewer', which.viewer];
    const sessions = this.#rows<Row>(`SELECT * FROM sessions WHERE ${column} = ?`, value);
    if (sessions.length > 0 && !this.#end(sessions, nowMs, maxEnded))
      throw new Error(
        `sessions: the tokens of ${maxEnded} ended sessions may live. End this one when they have expired.`,
      );
  }

  ended(known: string | undefined, nowMs: number): EndedSessions | undefined {
    const version = this.#rows<{ version: string }>('SELECT version FROM list')[0]?.version ?? '';
    if (version === known) return undefined;
    const rows = this.#rows<{ id: string; until: number }>('SELECT * FROM ended WHERE until > ?', nowMs);
    return { version, sessions: rows.map(({ id, until }) => ({ id, untilMs: until })) };
  }

  /** Ends sessions. @returns whether there was room for them among `most` */
  #end(sessions: readonly Row[], nowMs: number, most: number): boolean {
    this.#sql.exec('DELETE FROM ended WHERE until <= ?', nowMs);
    const [{ ended }] = this.#rows<{ ended: number }>('SELECT count(*) AS ended FROM ended') as [{ ended: number }];
    if (ended + sessions.length > most) return false;
    for (const { id, viewer, over } of sessions) {
      this.#sql.exec('INSERT OR REPLACE INTO ended (id, viewer, until) VALUES (?, ?, ?)', id, viewer, over);
      this.#sql.exec('DELETE FROM sessions WHERE id = ?', id);
    }
    this.#sql.exec('INSERT OR REPLACE INTO list (only, version) VALUES (1, ?)', crypto.randomUUID());
    return true;
  }

  #rows<R extends object>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#sql.exec(query, ...bindings).toArray() as R[];
  }
}
