import type * as dashjs from 'dashjs';
import type HlsClass from 'hls.js';
import type videojs from 'video.js';

export type LicensedPlayer = 'hls.js' | 'Video.js' | 'Shaka Player' | 'dash.js';

export interface LicensedFilm {
  readonly player: LicensedPlayer;
  /** A playlist for hls.js, else a manifest. */
  readonly src: string;
  readonly licenseUrl: string;
  /** The id of the key, in base64url. */
  readonly kid: string;
}

interface Failing {
  on(type: string, listener: () => void): void;
  error(): unknown;
}

type Secure = (player: unknown, options: string) => unknown;

/** Globals that the scripts of the page define, as far as this file needs them. */
interface Globals {
  Hls: typeof HlsClass;
  dashjs: typeof dashjs;
  videojs: typeof videojs;
  shaka: { Player: new () => ShakaPlayer };
  SecureTokenHls: { secureToken: Secure };
  SecureTokenShaka: { secureToken: Secure };
  SecureTokenDash: { secureToken: Secure };
}

interface ShakaPlayer extends EventTarget {
  attach(video: HTMLMediaElement): Promise<void>;
  configure(config: object): void;
  load(src: string): Promise<void>;
}

interface LicenseWindow extends Globals {
  /** Errors of the player that an app hears of. */
  licenseErrors: string[];
  /** The sessions with the key system, and the first message of each. */
  keySessions: { readonly session: MediaKeySession; message?: ArrayBuffer }[];
}

/** Runs inside the page, before its scripts: keeps the sessions that players open. */
export function keepKeySessions(): void {
  const page = window as unknown as LicenseWindow;
  page.licenseErrors = [];
  page.keySessions = [];
  const { createSession } = MediaKeys.prototype;
  MediaKeys.prototype.createSession = function (type) {
    const session = createSession.call(this, type);
    const kept: LicenseWindow['keySessions'][number] = { session };
    session.addEventListener('message', ({ message }) => (kept.message ??= message));
    page.keySessions.push(kept);
    return session;
  };
}

/** Runs inside the page: whether the browser has ClearKey. */
export const hasClearKey = (): Promise<boolean> =>
  navigator
    .requestMediaKeySystemAccess('org.w3.clearkey', [
      { initDataTypes: ['cenc'], audioCapabilities: [{ contentType: 'audio/mp4; codecs="mp4a.40.2"' }] },
    ])
    .then(
      () => true,
      () => false,
    );

/** Runs inside the page: ClearKey itself asks for no renewal, so the page asks the player in its place. */
export function askForRenewal(): void {
  const { session, message } = (window as unknown as LicenseWindow).keySessions.at(-1)!;
  session.dispatchEvent(new MediaKeyMessageEvent('message', { messageType: 'license-renewal', message: message! }));
}

/** Runs inside the page. */
export const lookAtLicensed = (): { time: number; errors: string[] } => ({
  time: document.querySelector('video')?.currentTime ?? 0,
  errors: (window as unknown as LicenseWindow).licenseErrors,
});

/** Runs inside the page: plays a film that needs a licence. */
export async function playLicensed({ player, src, licenseUrl, kid }: LicensedFilm): Promise<void> {
  const page = window as unknown as LicenseWindow;
  const fail = (error: unknown): void => {
    page.licenseErrors.push(error instanceof Error ? error.message : JSON.stringify(error));
  };
  const video = document.querySelector('video')!;
  const keySystem = 'org.w3.clearkey';
  if (player === 'hls.js') {
    const hls = new page.Hls({
      emeEnabled: true,
      drmSystems: {
        [keySystem]: {
          licenseUrl,
          generateRequest: () => ({
            initDataType: 'keyids',
            initData: new TextEncoder().encode(JSON.stringify({ kids: [kid] })).buffer,
          }),
        },
      },
    });
    page.SecureTokenHls.secureToken(hls, '/token');
    hls.on(page.Hls.Events.ERROR, (_, { details, fatal }) => {
      if (fatal) fail(details);
    });
    hls.loadSource(src);
    hls.attachMedia(video);
  } else if (player === 'Shaka Player') {
    const shaka = new page.shaka.Player();
    await shaka.attach(video);
    shaka.configure({ drm: { servers: { [keySystem]: licenseUrl } } });
    page.SecureTokenShaka.secureToken(shaka, '/token');
    shaka.addEventListener('error', (event) => fail((event as Event & { detail: { code: number } }).detail.code));
    void shaka.load(src).catch((error: unknown) => fail((error as { code: number }).code));
  } else if (player === 'dash.js') {
    const dash = page.dashjs.MediaPlayer().create();
    page.SecureTokenDash.secureToken(dash, '/token');
    dash.initialize();
    dash.on('error' as never, (({ error }: { error: { message: string } }) => fail(error.message)) as never);
    dash.attachView(video);
    dash.setProtectionData({ [keySystem]: { serverURL: licenseUrl } });
    dash.attachSource(src);
  } else {
    const vjs = page.videojs(video) as unknown as Failing &
      Record<'eme' | 'secureToken' | 'src', (it?: unknown) => void>;
    vjs.eme();
    vjs.secureToken('/token');
    vjs.on('error', () => fail(vjs.error()));
    const capabilities = { audioContentType: 'audio/mp4; codecs="mp4a.40.2"', initDataTypes: ['cenc'] };
    vjs.src({ src, type: 'application/dash+xml', keySystems: { [keySystem]: { url: licenseUrl, ...capabilities } } });
  }
  // an element that gets its source refuses; players ask again
  const play = (): void =>
    void document
      .querySelector('video')!
      .play()
      .catch(() => undefined);
  document.querySelector('video')!.addEventListener('loadedmetadata', play);
  play();
}
