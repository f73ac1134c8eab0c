import type { HlsConfig } from 'hls.js';
import type { SignOptions, SignedRequest, TokenSource } from 'secure-token-core';
import { hideSignedUrl, isElsewhere, isOutage, keepAsking } from 'secure-token-core/adapter';
import { openedBy } from './opened-by.ts';
import { watchSent } from './sent-challenge.ts';

type LicenseSetup = NonNullable<HlsConfig['licenseXhrSetup']>;
type Challenge = Awaited<ReturnType<LicenseSetup>>;

const DONE = 4;

/** A request that is ready to be sent. */
interface Prepared {
  /** The challenge as the app's set-up has changed it. */
  readonly challenge: Challenge;
  /** Whether that set-up has sent the request to another server. */
  readonly goesElsewhere: boolean;
}

/** Makes `xhr`, which was opened again but not sent, look again like the request that ended with `status`. */
function restoreEnd(xhr: XMLHttpRequest, status: number, statusText: string): void {
  const ended = { readyState: DONE, status, statusText };
  for (const [name, value] of Object.entries(ended)) Object.defineProperty(xhr, name, { configurable: true, value });
}

/**
 * Returns a `licenseXhrSetup` that signs licence requests to protected URLs, and sends a refused request again, once.
 * Waits through an outage of the signing endpoint, because hls.js ends playback if it cannot request a licence.
 * @param signal ends waits
 */
export function createLicenseSetup(
  before: LicenseSetup | undefined,
  sourceOf: () => TokenSource,
  signal: AbortSignal,
): LicenseSetup {
  return async function (xhr, url, ...rest) {
    const source = sourceOf();
    const outlastOutage = <T>(ask: (options: SignOptions) => Promise<T>): Promise<T> =>
      keepAsking({ source, signal, ask, mayWait: isOutage });
    const prepare = async ({ url: signed, headers, credentials }: SignedRequest): Promise<Prepared> => {
      xhr.open('POST', signed, true);
      xhr.withCredentials = credentials;
      const [challenge, opened = signed] = await openedBy(xhr, () => before?.call(this, xhr, signed, ...rest));
      // if a set-up opens a URL of another server, the request goes there: that server must not get the token's headers
      const goesElsewhere = isElsewhere(opened, signed);
      // last, because a set-up that opens the request again drops its headers
      if (!goesElsewhere) for (const name in headers) xhr.setRequestHeader(name, headers[name]!);
      return { challenge, goesElsewhere };
    };
    const request = await outlastOutage((options) => source.sign(url, options));
    // hls.js passes the request to apps as `networkDetails`
    hideSignedUrl(xhr, source);
    const { challenge, goesElsewhere } = await prepare(request);
    // a refusal of another server is not about the token, so it needs no replay
    if (goesElsewhere) return challenge;
    const sent = watchSent(xhr);
    /** Sends a refused request again. Resolves to whether it is under way again. */
    const replayed = async (status: number): Promise<boolean> => {
      const replay = await outlastOutage((options) => source.refused(request, status, options));
      if (!replay) return false;
      const { challenge: changed } = await prepare(replay);
      for (const header of sent.headers) xhr.setRequestHeader(...header);
      const isUnpacked = sent.body !== (challenge ?? rest[1]);
      xhr.send(isUnpacked ? sent.body : ((changed as BufferSource | undefined) ?? sent.body));
      return true;
    };
    const { onreadystatechange } = xhr;
    xhr.onreadystatechange = (event) => {
      const answer = (): unknown => onreadystatechange?.call(xhr, event);
      if (xhr.readyState !== DONE) return answer();
      xhr.onreadystatechange = onreadystatechange;
      const { status, statusText } = xhr;
      const end = (): void => {
        // hls.js has no time-out here: it goes on only when it sees that the request has ended
        if (xhr.readyState !== DONE) restoreEnd(xhr, status, statusText);
        answer();
      };
      // hls.js treats any 4xx of a licence server as final
      void replayed(status)
        .catch(() => false)
        .then((isUnderWay) => isUnderWay || end());
    };
    return challenge;
  };
}
