import type { SecureTokenOptions, SecureTokenPlugin } from './secure-token-plugin.ts';

declare module 'video.js/dist/types/player.js' {
  // without "default", TypeScript would declare another `Player`
  export default interface Player {
    /**
     * Makes every request of this player carry a live token. Call it before `src()`, or use `plugins: { secureToken }`.
     * Called again, it returns the same plugin.
     *
     * @param options `'/token'` is `{ endpoint: '/token' }`; a `TokenSource` is shared, e.g. between players
     * @throws `ERR_OPTIONS` at once, naming the option
     */
    secureToken(options?: SecureTokenOptions): SecureTokenPlugin;
  }
}
