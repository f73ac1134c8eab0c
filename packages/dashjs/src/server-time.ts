import type { SignedRequest } from 'secure-token-core';
import { credentialsMode, replayCacheMode } from 'secure-token-core/adapter';
import type { Session } from './session.ts';

/**
 * The time-out of dash.js itself for the time of a server (`HTTP_TIMEOUT_MS`): playback waits for that time. Here it
 * includes the waits for tokens.
 */
const TIMEOUT_MS = 5000;

/** Parses a time of ISO 8601; a time without a zone is UTC. */
const parseTime = (text: string): number => Date.parse(/(Z|GMT|[+-]\d\d:?\d\d)\s*$/.test(text) ? text : `${text}Z`);

/** The time of a server, which signed requests ask for. */
export class ServerTime {
  readonly #session: Session;
  /** In order of preference. */
  readonly #urls: readonly string[];
  /** Whether the time is in the `Date` header; otherwise it is the body of the answer. */
  readonly #isInHeader: boolean;
  /** The server's clock minus the clock of this machine; NaN before an answer. */
  #offsetMs = NaN;

  constructor(session: Session, urls: readonly string[], isInHeader: boolean) {
    this.#session = session;
    this.#urls = urls;
    this.#isInHeader = isInHeader;
  }

  get isKnown(): boolean {
    return !Number.isNaN(this.#offsetMs);
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Asks one URL after the other until one answers. If none does, keeps the time that was known before. */
  async measure(): Promise<void> {
    for (const url of this.#urls) {
      const offset = await this.#offsetBy(url).catch(() => NaN);
      if (Number.isNaN(offset)) continue;
      this.#offsetMs = offset;
      return;
    }
  }

  async #offsetBy(url: string): Promise<number> {
    const { source, user } = this.#session;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const signed = await source.sign(url, { signal });
    const first = await this.#ask(signed, { cache: 'no-store', signal });
    if (first.status === 200) return first.offset;
    const replay = await user.replay(signed, first.status, { signal });
    return replay ? (await this.#ask(replay, { cache: replayCacheMode(signed, replay), signal })).offset : NaN;
  }

  async #ask(
    request: SignedRequest,
    how: Pick<RequestInit, 'cache' | 'signal'>,
  ): Promise<{ status: number; offset: number }> {
    const { url, headers } = request;
    const sentAt = Date.now();
    try {
      const method = this.#isInHeader ? 'HEAD' : 'GET';
      const response = await fetch(url, { ...how, method, headers, credentials: credentialsMode(request) });
      const text = this.#isInHeader ? (response.headers.get('date') ?? '') : await response.text();
      const offset = response.ok ? parseTime(text) - (sentAt + Date.now()) / 2 : NaN;
      return { status: response.status, offset };
    } catch {
      return { status: 0, offset: NaN };
    }
  }
}
