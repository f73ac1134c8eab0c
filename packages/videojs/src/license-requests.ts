import type { Session } from './session.ts';
import { noteSuccess } from './session.ts';
import { signRequest } from './signed-xhr.ts';
import type { PlayerTech, VhsRequestOptions, Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

/** Options of `videojs.xhr`. videojs-contrib-eme sets `requestType` since version 5.1. */
interface LicenseRequestOptions extends VhsRequestOptions {
  url?: string;
  requestType?: string;
}

const isForLicense = (options: unknown): options is LicenseRequestOptions =>
  (options as LicenseRequestOptions | undefined)?.requestType === 'license';

/**
 * Signs the requests that videojs-contrib-eme makes with `videojs.xhr`, for all players: licences, their renewals,
 * certificates.
 * @returns a function that adds a player; call its result to remove the player
 */
export function signLicenseRequests(videojs: Videojs): (session: Session) => () => void {
  const sessions = new Set<Session>();
  /**
   * The session of the player that has just received a key message: videojs-contrib-eme requests the licence in the
   * same task.
   */
  let asking: Session | undefined;

  const sessionFor = (url: string): Session | undefined =>
    (asking ? [asking] : [...sessions].reverse()).find((session) => session.source.protects(url));

  const signing = (options: LicenseRequestOptions): LicenseRequestOptions => {
    const session = sessionFor(options.uri || (options.url ?? ''));
    if (!session) return options;
    const { beforeSend, timeout } = options;
    return {
      ...options,
      // `SignedXhr` starts the time-out when the request goes out with its token
      timeout: 0,
      beforeSend: (xhr) => {
        signRequest(xhr, session, { ...(timeout && { timeout }), onSuccess: (url) => noteSuccess(session, url) });
        beforeSend?.(xhr);
      },
    };
  };

  // replaces the property, because videojs-contrib-eme reads it for each request; VHS has request hooks instead
  (videojs as { xhr: unknown }).xhr = new Proxy(videojs.xhr as unknown as (...args: unknown[]) => unknown, {
    apply: (xhr, self, [options, ...more]: unknown[]) =>
      Reflect.apply(xhr, self, [isForLicense(options) ? signing(options) : options, ...more]),
  });

  return (session) => {
    const { player } = session;
    let tech: PlayerTech | undefined;
    const onKeyMessage = (): void => {
      asking = session;
      queueMicrotask(() => (asking = undefined));
    };
    const followTech = (): void => {
      tech?.off('keymessage', onKeyMessage);
      tech = techOf(player);
      tech?.on('keymessage', onKeyMessage);
    };
    sessions.add(session);
    player.on('loadstart', followTech);
    followTech();
    return () => {
      sessions.delete(session);
      player.off('loadstart', followTech);
      tech?.off('keymessage', onKeyMessage);
    };
  };
}
