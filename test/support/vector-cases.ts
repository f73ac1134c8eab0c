import type { SignedToken, VerifyingTokenFormat } from '../../packages/server/src/index.ts';

/** A vector as the files hold it. */
export interface Vector {
  id: string;
  format: string;
  class: string;
  secret?: string;
  key?: string;
  key_name?: string;
  uri?: string;
  acl?: string | readonly string[];
  expires?: string | number;
  token: string;
  url: string;
  extras?: Record<string, unknown>;
  note: string;
  nginx?: { status: number };
}

/** A vector in the terms of this package. */
export interface VectorCase {
  format: VerifyingTokenFormat;
  /** URL without the token. */
  target: string;
  /** Unix seconds. */
  expires: number;
  /** Text that must come out, byte for byte: the signed URL, unless `made` says what else. */
  expected: string;
  /** Headers that the player sends beside the token. */
  headers?: Readonly<Record<string, string>>;
  made?: (token: SignedToken) => string | undefined;
}

export const absolute = (url: string): string => (url.startsWith('/') ? `https://cdn.example.com${url}` : url);

/** `url` without the parameters `names`. */
export const withoutQuery = (url: string, ...names: string[]): string => {
  const [path, query] = url.split('?');
  const rest = query?.split('&').filter((pair) => !names.includes(pair.split('=')[0]!));
  return rest?.length ? `${path}?${rest.join('&')}` : path!;
};
