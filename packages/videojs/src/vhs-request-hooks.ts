import type Player from 'video.js/dist/types/player.js';
import type { VhsRequestHook, VhsRequestOptions, VhsXhr, Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

type HookSet = Set<VhsRequestHook>;

/** As VHS calls them, but for one that returns nothing: to VHS the next one's options are then missing. */
const callAll = (hooks: Iterable<VhsRequestHook>, options: VhsRequestOptions): VhsRequestOptions =>
  [...hooks].reduce((before, hook) => hook(before) ?? before, options);

/**
 * Changes the options of each request that VHS makes for `player`, after all hooks of the app, which go on as without
 * it: those of the player replace those for all players, and any may return nothing.
 */
export function createRequestHooks(
  videojs: Videojs,
  player: Player,
  change: (options: VhsRequestOptions) => VhsRequestOptions,
): { readonly install: () => void; readonly remove: () => void } {
  /** The options of the request that is being made. */
  let given: VhsRequestOptions;
  let isRemoved = false;

  const ownXhr = (): Partial<VhsXhr> | undefined => techOf(player)?.vhs?.xhr;
  const everyone = (): HookSet | undefined => videojs.Vhs!.xhr._requestCallbackSet;
  const isOfApp = (hook: VhsRequestHook): boolean =>
    hook !== first && hook !== last && hook !== (ownXhr()?.beforeRequest ?? videojs.Vhs!.xhr.beforeRequest);

  const first: VhsRequestHook = (options) => {
    given = options;
    const all = everyone();
    // while it stands there itself, or the player has hooks of its own
    if (!all || all.has(first) || [...(ownXhr()?._requestCallbackSet ?? [])].some(isOfApp)) return options;
    return callAll(all, options);
  };
  const last: VhsRequestHook = (options: VhsRequestOptions | undefined) => {
    const hooks = everyone()?.has(last) ? everyone() : ownXhr()?._requestCallbackSet;
    // hooks that were added later replace the options or their beforeSend: once more, behind them
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
  /** Before and behind the hooks that are there. */
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
      // A source given at creation: VHS is there before its tech is (http-streaming #1499). It falls back to the hooks
      // for all players while this one has none, and makes its first request before anything else can run.
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
