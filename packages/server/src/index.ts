export { secureToken } from './secure-token.ts';
export type { SecureTokenOptions } from './secure-token.ts';
export { signUrl } from './sign-url.ts';
export type { SignUrlOptions } from './sign-url.ts';
export type { FormatSource, TokenFormat } from './token-format.ts';
export type { GrantedVerdict, RefusedVerdict, Verdict } from './verdict.ts';
export { verifyUrl } from './verify-url.ts';
export type { VerifyUrlOptions } from './verify-url.ts';
