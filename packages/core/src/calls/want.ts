import type { TokenReason } from '../contract/options.ts';
import type { HeldToken } from '../tokens/held-token.ts';

/** A URL whose token is asked for, and those who wait for it. */
export class Want {
  readonly key: string;
  /** The scope that the URL is known to share with others: requests for these join. */
  readonly scope: string;
  /** The token at hand when this was asked for: the answer has to bring another one. */
  readonly before: HeldToken | undefined;
  reason: TokenReason;
  /** Whether the URL is only predicted and may never exist: then it fails silently. */
  isGuess: boolean;
  /** The number of calls that have been sent for it. */
  tries = 0;
  /** The number of requests that wait, and of those among them that wait however long it takes. */
  waiting = 0;
  patient = 0;
  readonly ended: Promise<void>;
  settle!: (error?: Error) => void;

  constructor(key: string, scope: string, before: HeldToken | undefined, reason: TokenReason, isGuess: boolean) {
    this.key = key;
    this.scope = scope;
    this.before = before;
    this.reason = reason;
    this.isGuess = isGuess;
    this.ended = new Promise((resolve, reject) => {
      this.settle = (error) => (error ? reject(error) : resolve());
    });
    // a want that nobody waits for may fail
    this.ended.catch(() => undefined);
  }

  /** The place in a call: requests that wait come first, guesses last. */
  get rank(): number {
    return this.waiting ? 0 : this.isGuess ? 2 : 1;
  }
}

/** Returns both halves of what has failed together. */
export function halvesOf(wants: readonly Want[]): Want[][] {
  const middle = Math.ceil(wants.length / 2);
  return [wants.slice(0, middle), wants.slice(middle)];
}
