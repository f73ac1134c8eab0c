import type { SecureTokenError, TokenEvent } from 'secure-token-core';
import type { Session } from './persist.ts';
import { signRequest } from './sign-request.ts';
import type { VhsRequestHook, Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

/** Signs every request that VHS makes for one player. Call the result to stop. */
export function signVhsRequests(videojs: Videojs, session: Session): () => void {
  const { player, source, failure } = session;
  let refusal: SecureTokenError | undefined;
  const onSuccess = (): void => {
    if (refusal) failure.withdraw();
    refusal = undefined;
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

  const onTokenError = (event: Event): void => {
    const { error } = event as TokenEvent<'tokenerror'>;
    if (error.code === 'ERR_TOKEN_REFUSED') refusal = error;
  };
  // VHS has no other rendition to go to, and would try this one for ever or not at all
  const onRetry = (): void => {
    if (refusal && player.readyState() < 3) failure.show(refusal);
  };
  const onError = (): void => {
    if (refusal) failure.show(refusal);
  };

  let tech = techOf(player);
  const followTech = (): void => {
    tech?.off('retryplaylist', onRetry);
    tech = techOf(player);
    tech?.on('retryplaylist', onRetry);
  };
  const onHooksReady = (): void => {
    refusal = undefined;
    install();
    queueMicrotask(followTech);
  };
  player.on('xhr-hooks-ready', onHooksReady);
  player.on('error', onError);
  source.addEventListener('tokenerror', onTokenError);
  if (tech?.vhs) onHooksReady();

  return () => {
    player.off('xhr-hooks-ready', onHooksReady);
    player.off('error', onError);
    source.removeEventListener('tokenerror', onTokenError);
    tech?.off('retryplaylist', onRetry);
    techOf(player)?.vhs?.xhr?.offRequest?.(hook);
  };
}
