import type { SecureTokenError } from '../contract/errors.ts';
import type { TokenReason } from '../contract/options.ts';
import type { SignOptions } from '../contract/token-source.ts';
import type { HeldToken } from '../tokens/held-token.ts';
import { abortable } from '../waiting.ts';

/** Someone who waits for a token. */
interface Caller {
  readonly isPatient: boolean;
  /** The number of calls that have failed while this one waited. */
  failures: number;
  settle: (error?: Error) => void;
}

/** A token that is asked for, and those who wait for it: each has a limit, a signal and a patience of its own. */
export class PendingToken {
  /** The URL that the call names. */
  readonly key: string;
  /** The scope that the URL is known to share with others: requests for these join. */
  readonly scope: string;
  /** The token at hand when this one was asked for, which the answer has to replace. */
  readonly replaced: HeldToken | undefined;
  reason: TokenReason;
  /** Whether the URL is only predicted and may never exist: then it fails silently. */
  isGuess: boolean;
  /** Whether a call for it has failed: then it is asked for again only while somebody waits. */
  isRepeated = false;
  /** Until when no call is made for it, in seconds of the session. */
  notBefore: number;
  readonly #callers = new Set<Caller>();

  constructor(key: string, scope: string, replaced: HeldToken | undefined, reason: TokenReason, isGuess: boolean) {
    this.key = key;
    this.scope = scope;
    this.replaced = replaced;
    this.reason = reason;
    this.isGuess = isGuess;
    this.notBefore = -Infinity;
  }

  get isAwaited(): boolean {
    return this.#callers.size > 0;
  }

  /** The place in a call: what is awaited comes first, guesses last. */
  get rank(): number {
    if (this.isAwaited) return 0;
    return this.isGuess ? 2 : 1;
  }

  /** Waits until it is settled. @throws the error of the call; the reason of `signal` */
  async wait({ signal, patient = false }: SignOptions): Promise<void> {
    this.isGuess = false;
    const caller: Caller = { isPatient: patient, failures: 0, settle: () => undefined };
    const settled = new Promise<void>((resolve, reject) => {
      caller.settle = (error) => (error ? reject(error) : resolve());
    });
    this.#callers.add(caller);
    await abortable(settled, signal).finally(() => this.#callers.delete(caller));
  }

  settle(error?: Error): void {
    for (const caller of this.#callers) caller.settle(error);
    this.#callers.clear();
  }

  /**
   * Notes that a call has failed, which ends the wait of each caller who has reached the limit and is not patient.
   * @param limit the number of failures that a caller outlasts
   */
  failed(error: SecureTokenError, limit: number): void {
    this.isRepeated = true;
    for (const caller of this.#callers) {
      caller.failures++;
      if (caller.isPatient || caller.failures <= limit) continue;
      caller.settle(error);
      this.#callers.delete(caller);
    }
  }

  /** Gives all callers all their tries once more: the network or the viewer is back. */
  forgetFailures(): void {
    for (const caller of this.#callers) caller.failures = 0;
  }
}
