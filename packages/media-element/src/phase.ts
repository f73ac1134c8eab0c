/**
 * The state of a `NativeSource`.
 *
 * - `idle`: the element plays its current source.
 * - `preparing`: another source is on the way. `NativeSource` finds out why the element has failed, or fetches a token.
 * - `loading`: the element loads another source.
 * - `failed`: playback has ended, and the player has been told.
 * - `released`: `NativeSource` no longer touches the element.
 */
export type Phase = 'idle' | 'preparing' | 'loading' | 'failed' | 'released';
