import type Player from 'video.js/dist/types/player.js';
import type { VhsRequestHook, VhsRequestOptions, VhsXhr, Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

type HookSet = Set<VhsRequestHook>;

/**
 * Calls `hooks` as VHS does, with one difference: if a hook returns nothing, the next hook still gets the options,
 * while VHS would pass `undefined` to it.
 */
const callAll = (hooks: Iterable<VhsRequestHook>, options: VhsRequestOptions): VhsRequestOptions =>
  [...hooks].reduce((before, hook) => hook(before) ?? before, options);

/**
 * Changes the options of each request that VHS makes for `player`, after all hooks of the app. The hooks of the app
 * work as without the plugin: hooks of the player replace hooks for all players. Any hook may return nothing.
 */
export function createRequestHooks(
  videojs: Videojs,
  player: Player,
  change: (options: VhsRequestOptions) => VhsRequestOptions,
): { readonly install: () => void; readonly remove: () => void } {
  /** The options of the current request. */
  let given: VhsRequestOptions;
  let isRemoved = false;

  const ownXhr = (): Partial<VhsXhr> | undefined => techOf(player)?.vhs?.xhr;
  const everyone = (): HookSet | undefined => videojs.Vhs!.xhr._requestCallbackSet;
  const isOfApp = (hook: VhsRequestHook): boolean =>
    hook !== first && hook !== last && hook !== (ownXhr()?.beforeRequest ?? videojs.Vhs!.xhr.beforeRequest);

  const first: VhsRequestHook = (options) => {
    given = options;
    const all = everyone();
    // VHS itself calls the hooks for all players if `first` is one of them; hooks of the player replace the hooks for
    // all players
    if (!all || all.has(first) || [...(ownXhr()?._requestCallbackSet ?? [])].some(isOfApp)) return options;
    return callAll(all, options);
  };
  const last: VhsRequestHook = (options: VhsRequestOptions | undefined) => {
    const hooks = everyone()?.has(last) ? everyone() : ownXhr()?._requestCallbackSet;
    // hooks that were added later would replace the options or `beforeSend`: moves `last` behind them, so that VHS
    // calls it again
    if (hooks && [...hooks].at(-1) !== last) {
      hooks.delete(last);
      hooks.add(last);
      return options ?? given;
    }
    return change(options ?? given);
  };

  const removeFrom = (xhr: Partial<VhsXhr> | undefined): void => {
    for (const hook of [first, last]) xhr?.offRequest?.(hook);
  };
  /** Puts `first` before the hooks that are there, and `last` behind them. */
  const addTo = (xhr: Partial<VhsXhr> | undefined): void => {
    removeFrom(xhr);
    const before = [...(xhr?._requestCallbackSet ?? [])];
    for (const hook of before) xhr?.offRequest?.(hook);
    for (const hook of [first, ...before, last]) xhr?.onRequest?.(hook);
  };

  return {
    install() {
      const own = ownXhr();
      if (own) {
        addTo(own);
        return;
      }
      // If the player got its source when it was created, VHS is ready before the player has its tech (http-streaming
      // #1499). While this player has no hooks, VHS uses the hooks for all players, and it makes its first request
      // before any other code can run.
      const { xhr } = videojs.Vhs!;
      addTo(xhr);
      queueMicrotask(() => {
        removeFrom(xhr);
        if (!isRemoved && !player.isDisposed()) addTo(ownXhr());
      });
    },
    remove() {
      isRemoved = true;
      removeFrom(ownXhr());
    },
  };
}
