/** Makes and checks signatures of one key in one encoding. */
export interface Signer {
  readonly sign: (text: string) => Promise<string> | string;
  /** Whether `signature` is exactly what `sign` would have made, or what the key's owner could have made of `text`. */
  readonly verify: (text: string, signature: string) => Promise<boolean> | boolean;
}

/**
 * Keeps what `make` came to, never the promise of it: in workerd a promise that one request started must not be awaited
 * by another.
 */
export function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let value: T | undefined;
  return async () => (value ??= await make());
}
