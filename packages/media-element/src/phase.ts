/**
 * The state of a `NativeSource`.
 *
 * - `idle`: the element plays what it has.
 * - `preparing`: another source is under way: it is found out why the element has failed, or a token is fetched.
 * - `loading`: the element loads another source.
 * - `failed`: playback has ended, and the player has been told.
 * - `released`: the element is left to itself.
 */
export type Phase = 'idle' | 'preparing' | 'loading' | 'failed' | 'released';
