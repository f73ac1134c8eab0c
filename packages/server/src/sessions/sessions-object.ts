import { SqlSessions } from './sql-sessions.ts';
import type { SqlStorage } from './sql-sessions.ts';
import type { StoredCall } from './session-store.ts';

/** The members of the state of a Durable Object that are used. */
export interface SessionsObjectState {
  readonly storage: { readonly sql: SqlStorage };
}

/** A question of `durableObjectStore` to a `SessionsObject`; all times are unix milliseconds. */
export type SessionsQuestion =
  | { readonly ask: 'admit'; readonly call: StoredCall }
  | { readonly ask: 'list'; readonly viewer: string; readonly nowMs: number }
  | { readonly ask: 'leave'; readonly viewer: string; readonly id: string; readonly nowMs: number }
  | {
      readonly ask: 'end';
      readonly which: { readonly id: string } | { readonly viewer: string };
      readonly nowMs: number;
    }
  | { readonly ask: 'ended'; readonly known?: string; readonly nowMs: number };

/**
 * The Durable Object that stores the sessions of `durableObjectStore`. Export it from the Worker, and name it in
 * `new_sqlite_classes`. Only Workers with the binding can reach it.
 */
export class SessionsObject {
  readonly #sessions: SqlSessions;

  constructor(state: SessionsObjectState) {
    this.#sessions = new SqlSessions(state.storage.sql);
  }

  /** Answers one question of `durableObjectStore`. */
  async fetch(request: Request): Promise<Response> {
    const question = (await request.json()) as SessionsQuestion;
    return Response.json({ answer: this.#answer(question) });
  }

  #answer(question: SessionsQuestion): unknown {
    if (question.ask === 'admit') return this.#sessions.admit(question.call);
    if (question.ask === 'list') return this.#sessions.list(question.viewer, question.nowMs);
    if (question.ask === 'ended') return this.#sessions.ended(question.known, question.nowMs);
    if (question.ask === 'leave') this.#sessions.leave(question.viewer, question.id, question.nowMs);
    else this.#sessions.end(question.which, question.nowMs);
    return undefined;
  }
}
