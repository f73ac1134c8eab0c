import type { HlsConfig } from 'hls.js';
import type { SignOptions, SignedRequest, TokenSource } from 'secure-token-core';
import { hideSignedUrl, isElsewhere, isOutage, keepAsking } from 'secure-token-core/adapter';
import { openedBy } from './opened-by.ts';

type LicenseSetup = NonNullable<HlsConfig['licenseXhrSetup']>;
type Challenge = Awaited<ReturnType<LicenseSetup>>;

/**
 * A `licenseXhrSetup` that signs licence requests to protected URLs and sends a refused one again, once. It waits
 * through an outage of the signing endpoint: hls.js ends playback when a licence cannot be asked for.
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
    const prepare = async ({ url: signed, headers, credentials }: SignedRequest): Promise<Challenge> => {
      xhr.open('POST', signed, true);
      xhr.withCredentials = credentials;
      const [challenge, opened = signed] = await openedBy(xhr, () => before?.call(this, xhr, signed, ...rest));
      // a set-up that opens it for another server sends it there: the headers of the token are not for that one
      if (isElsewhere(opened, signed)) return challenge;
      // last, because a set-up that opens it once more drops its headers
      for (const name in headers) xhr.setRequestHeader(name, headers[name]!);
      return challenge;
    };
    const request = await outlastOutage((options) => source.sign(url, options));
    // hls.js hands it out as `networkDetails`
    hideSignedUrl(xhr, source);
    const challenge = await prepare(request);
    const { onreadystatechange } = xhr;
    xhr.onreadystatechange = (event) => {
      const answer = (): unknown => onreadystatechange?.call(xhr, event);
      if (xhr.readyState !== 4) return answer();
      xhr.onreadystatechange = onreadystatechange;
      // hls.js takes any 4xx of a licence server for final
      outlastOutage((options) => source.refused(request, xhr.status, options))
        .then(
          (replay) =>
            replay &&
            prepare(replay).then((changed) => (xhr.send((changed ?? challenge ?? rest[1]) as BufferSource), replay)),
        )
        .then((replay) => replay ?? answer(), answer);
    };
    return challenge;
  };
}
