// Functions that run in the page. Each of them is self-contained, because Playwright sends it to the page as text.

/** The page's knowledge of its player, in `globalThis.doctor`. */
interface Doctor {
  hasPicture: boolean;
  /** The player's description of the failure that ended it. */
  failure: string;
  /** The blocks of the content security policy: directive and origin. */
  readonly blocked: Record<string, string>;
}

interface Started {
  readonly url: string;
  readonly endpoint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

interface PlayerScripts {
  readonly Hls: new () => {
    on(event: string, listener: (event: string, data: { fatal: boolean; details: string }) => void): void;
    loadSource(url: string): void;
    attachMedia(media: HTMLMediaElement): void;
  };
  readonly SecureTokenHls: { secureToken(hls: object, options: object): EventTarget };
}

/** Notes what the policy of the page blocks, from the first moment on. */
export function watchPolicy(): void {
  const doctor: Doctor = { hasPicture: false, failure: '', blocked: {} };
  Object.assign(globalThis, { doctor });
  document.addEventListener('securitypolicyviolation', ({ disposition, effectiveDirective, blockedURI }) => {
    if (disposition !== 'enforce') return;
    // only the origin: the rest may contain a token
    doctor.blocked[effectiveDirective] ??= /^https?:/.test(blockedURI) ? new URL(blockedURI).origin : blockedURI;
  });
}

/** Starts hls.js, with the plugin if there is an endpoint. */
export function startPlayer({ url, endpoint, headers }: Started): void {
  const { Hls, SecureTokenHls, doctor } = globalThis as unknown as PlayerScripts & { doctor: Doctor };
  const video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true });
  document.body.append(video);
  video.addEventListener('loadeddata', () => (doctor.hasPicture = true));
  const hls = new Hls();
  hls.on('hlsError', (_, { fatal, details }) => {
    if (fatal) doctor.failure ||= `hls.js ended with ${details}`;
  });
  if (endpoint !== undefined) SecureTokenHls.secureToken(hls, { endpoint, request: { headers } });
  hls.loadSource(url);
  hls.attachMedia(video);
  video.play().catch(() => undefined);
}

/** Reads the state of the player. */
export function readPlayback(): Doctor & { readonly decodesH264: boolean } {
  const { doctor } = globalThis as unknown as { doctor: Doctor };
  const decodesH264 = MediaSource.isTypeSupported('video/mp4; codecs="avc1.42E01E"');
  return { ...doctor, decodesH264 };
}
