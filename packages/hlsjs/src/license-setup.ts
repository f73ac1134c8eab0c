import type Hls from 'hls.js';
import type { TokenSource } from 'secure-token-core';
import { hideSignedUrl, isElsewhere } from 'secure-token-core/adapter';
import { whenDestroyed } from './hls-events.ts';
import { openedBy } from './request-setups.ts';

/**
 * Makes licence requests of `hls` to protected URLs carry a token. They wait through an outage of the signing endpoint,
 * because hls.js ends playback if it cannot request a licence.
 */
export function signLicenses(hls: Hls, sourceNow: () => TokenSource): void {
  const { config } = hls;
  const { licenseXhrSetup: before } = config;
  const ending = new AbortController();
  whenDestroyed(hls, () => ending.abort());
  config.licenseXhrSetup = async function (xhr, url, ...rest) {
    const source = sourceNow();
    const request = await source.sign(url, { signal: ending.signal, patient: true });
    // hls.js passes the request to apps as `networkDetails`
    hideSignedUrl(xhr, source);
    xhr.open('POST', request.url, true);
    xhr.withCredentials = request.credentials;
    const [challenge, opened = request.url] = await openedBy(xhr, () => before?.call(this, xhr, request.url, ...rest));
    // last, because a set-up that opens the request again drops its headers; another server must not get them
    if (!isElsewhere(opened, request.url))
      for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    return challenge;
  };
}
