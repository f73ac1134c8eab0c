export { adoptTokens } from './adopt/adopt-tokens.ts';
export type { AdoptTokens } from './adopt/adopt-tokens.ts';
