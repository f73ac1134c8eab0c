import { isDry } from './is-dry.ts';
import type { Session } from './session.ts';
import { noteSuccess } from './session.ts';
import { signRequest } from './signed-xhr.ts';
import { createRequestHooks } from './vhs-request-hooks.ts';
import type { Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

/**
 * The time for which the viewer sees a spinner, after a refusal and while no request succeeds, before the error
 * appears.
 */
const SPINNER_TIMEOUT_MS = 5000;

/** Signs every request that VHS makes for one player. Call the result to stop. */
export function signVhsRequests(videojs: Videojs, session: Session): () => void {
  const { player, failure, refusal } = session;
  let successes = 0;
  let spinner: ReturnType<typeof setTimeout> | undefined;
  const onSuccess = (url: string): void => {
    successes++;
    noteSuccess(session, url);
  };

  const hooks = createRequestHooks(videojs, player, (options) => {
    const { beforeSend, timeout } = options;
    return {
      ...options,
      timeout: 0,
      beforeSend: (xhr) => {
        signRequest(xhr, session, { ...(timeout && { timeout }), onSuccess });
        beforeSend?.(xhr);
      },
    };
  });

  const showIfDry = (): void => {
    if (refusal.last && isDry(player)) failure.show(refusal.last);
  };
  // after a refusal VHS may stop loading without an error
  const onWaiting = (): void => {
    const before = successes;
    clearTimeout(spinner);
    spinner = setTimeout(() => successes === before && showIfDry(), SPINNER_TIMEOUT_MS);
  };

  let hasEnded = false;
  let tech = techOf(player);
  const followTech = (): void => {
    // the player, or this plugin, may be disposed of by now
    if (hasEnded || player.isDisposed()) return;
    tech?.off('retryplaylist', showIfDry);
    tech = techOf(player);
    // VHS has no other rendition to switch to, and would retry this one for ever, or not at all
    tech?.on('retryplaylist', showIfDry);
  };
  const onHooksReady = (): void => {
    hooks.install();
    queueMicrotask(followTech);
  };
  player.on('xhr-hooks-ready', onHooksReady);
  player.on('waiting', onWaiting);
  const onPlaying = (): void => refusal.notePlaying();
  player.on('timeupdate', onPlaying);
  if (tech?.vhs) onHooksReady();

  return () => {
    hasEnded = true;
    player.off('xhr-hooks-ready', onHooksReady);
    player.off('waiting', onWaiting);
    player.off('timeupdate', onPlaying);
    clearTimeout(spinner);
    tech?.off('retryplaylist', showIfDry);
    hooks.remove();
  };
}
