import type { Token } from 'secure-token-core';
import { isOptionsError } from './options-error.ts';
import type { TokenFormat } from './token-format.ts';

interface MintedTokens {
  readonly tokens: readonly Token[];
  /** `Set-Cookie` values that go with the tokens. */
  readonly cookies: readonly string[];
  /** The URLs that the format refuses to sign. */
  readonly refused: readonly string[];
}

/** One token a URL, or one a distinct prefix: a URL that a prefix token made before already opens costs no signing. */
export async function mintTokens(format: TokenFormat, urls: readonly string[], expires: number): Promise<MintedTokens> {
  const tokens: Token[] = [];
  const cookies: string[] = [];
  const refused: string[] = [];
  const mint = async (url: string): Promise<void> => {
    const target = new URL(url);
    if (tokens.some(({ prefix }) => prefix !== undefined && target.href.startsWith(prefix))) return;
    try {
      const { setCookie = [], ...token } = await format.sign(target, expires);
      if (token.base && !token.prefix)
        throw new Error('A token in the path of one file is for links, not for players.');
      tokens.push(token);
      cookies.push(...setCookie);
    } catch (error) {
      if (!isOptionsError(error)) throw error;
      refused.push(url);
    }
  };
  if (format.scope === 'url') await Promise.all(urls.map(mint));
  else for (const url of urls) await mint(url);
  return { tokens, cookies, refused };
}
