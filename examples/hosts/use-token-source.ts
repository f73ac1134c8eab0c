// use-token-source.ts
import { useEffect, useState } from 'react';
import type { TokenSource, TokenSourceOptions } from 'secure-token-hlsjs';
import { createTokenSource } from 'secure-token-hlsjs';

/** Lives as long as the component, and is there after its first effects. The options of the first render count. */
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
