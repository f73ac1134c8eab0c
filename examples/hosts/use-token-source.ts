// use-token-source.ts
import { useEffect, useState } from 'react';
import type { TokenSource, TokenSourceOptions } from 'secure-token-hlsjs';
import { createTokenSource } from 'secure-token-hlsjs';

/** Returns a source that lives as long as the component. Returns `undefined` in the first render. */
export function useTokenSource(options: TokenSourceOptions | string): TokenSource | undefined {
  const [first] = useState(options);
  const [source, setSource] = useState<TokenSource>();
  useEffect(() => {
    const created = createTokenSource(first);
    setSource(created);
    return () => created.destroy();
  }, [first]);
  return source;
}
