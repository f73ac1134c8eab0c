import type { Session } from './persist.ts';
import { signRequest } from './sign-request.ts';
import type { VhsRequestHook, Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

/** How long the viewer looks at a spinner while no request succeeds, after a refusal. In ms. */
const SPINNER = 5000;

/** Signs every request that VHS makes for one player. Call the result to stop. */
export function signVhsRequests(videojs: Videojs, session: Session): () => void {
  const { player, failure, refusal } = session;
  let successes = 0;
  let spinner: ReturnType<typeof setTimeout> | undefined;
  const onSuccess = (url: string): void => {
    successes++;
    if (url !== refusal.last?.url) return;
    refusal.last = undefined;
    failure.withdraw();
  };

  const hook: VhsRequestHook = (options) => {
    const everyone = videojs.Vhs!.xhr._requestCallbackSet;
    const hooks = everyone?.has(hook) ? everyone : techOf(player)?.vhs?.xhr?._requestCallbackSet;
    // last of all: hooks of the app replace the options or their beforeSend
    if (hooks && [...hooks].at(-1) !== hook) {
      hooks.delete(hook);
      hooks.add(hook);
      return options;
    }
    let final = options;
    // a player that has a hook of its own is cut off from those for all players
    if (hooks !== everyone) everyone?.forEach((other) => (final = other(final) ?? final));
    const { beforeSend, timeout } = final;
    return {
      ...final,
      timeout: 0,
      beforeSend: (xhr) => {
        signRequest(xhr, session, { ...(timeout && { timeout }), onSuccess });
        beforeSend?.(xhr);
      },
    };
  };

  const install = (): void => {
    const own = techOf(player)?.vhs?.xhr;
    if (own) {
      own.onRequest?.(hook);
      return;
    }
    // A source given at creation: VHS is there before its tech is (http-streaming #1499). It falls back to the hooks for
    // all players while this one has none, and makes its first request before anything else can run.
    const { xhr } = videojs.Vhs!;
    xhr.onRequest(hook);
    queueMicrotask(() => {
      xhr.offRequest(hook);
      if (!player.isDisposed()) techOf(player)?.vhs?.xhr?.onRequest?.(hook);
    });
  };

  const showIfDry = (): void => {
    if (refusal.last && player.readyState() < 3) failure.show(refusal.last);
  };
  // after a refusal VHS may stop asking without a word
  const onWaiting = (): void => {
    const before = successes;
    clearTimeout(spinner);
    spinner = setTimeout(() => successes === before && showIfDry(), SPINNER);
  };
  const onError = (): void => {
    if (refusal.last) failure.show(refusal.last);
  };

  let tech = techOf(player);
  const followTech = (): void => {
    tech?.off('retryplaylist', showIfDry);
    tech = techOf(player);
    // VHS has no other rendition to go to, and would try this one for ever or not at all
    tech?.on('retryplaylist', showIfDry);
  };
  const onHooksReady = (): void => {
    refusal.last = undefined;
    install();
    queueMicrotask(followTech);
  };
  player.on('xhr-hooks-ready', onHooksReady);
  player.on('error', onError);
  player.on('waiting', onWaiting);
  if (tech?.vhs) onHooksReady();

  return () => {
    player.off('xhr-hooks-ready', onHooksReady);
    player.off('error', onError);
    player.off('waiting', onWaiting);
    clearTimeout(spinner);
    tech?.off('retryplaylist', showIfDry);
    techOf(player)?.vhs?.xhr?.offRequest?.(hook);
  };
}
