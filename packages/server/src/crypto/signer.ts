/** An object that makes and checks the signatures of one key in one encoding. */
export interface Signer {
  readonly sign: (text: string) => Promise<string> | string;
  /** Whether `signature` is exactly what `sign` returns, or another signature of `text` by the owner of the key. */
  readonly verify: (text: string, signature: string) => Promise<boolean> | boolean;
}

/**
 * Keeps the result of `make`, but never its promise: in workerd, a request must not await a promise that another
 * request started.
 */
export function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let value: T | undefined;
  return async () => (value ??= await make());
}
