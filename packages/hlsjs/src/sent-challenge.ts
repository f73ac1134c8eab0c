/** The headers and the body that hls.js puts into a licence request after its set-up. */
interface SentChallenge {
  readonly headers: readonly [name: string, value: string][];
  /** Absent until the request is sent. */
  readonly body?: XMLHttpRequestBodyInit | Document | null | undefined;
}

/**
 * Notes the headers and the body that hls.js puts into `xhr` from now on until it sends the request. After the set-up,
 * hls.js unpacks a challenge of PlayReady, and sets the headers that are packed with it.
 */
export function watchSent(xhr: XMLHttpRequest): SentChallenge {
  const headers: [name: string, value: string][] = [];
  const sent: { headers: typeof headers; body?: SentChallenge['body'] } = { headers };
  const { setRequestHeader, send } = xhr as Record<'setRequestHeader' | 'send', (...args: unknown[]) => void>;
  const watching: Pick<XMLHttpRequest, 'setRequestHeader' | 'send'> = {
    setRequestHeader(name, value) {
      setRequestHeader.call(xhr, name, value);
      headers.push([name, value]);
    },
    send(body) {
      Object.assign(xhr, { setRequestHeader, send });
      sent.body = body;
      send.call(xhr, body);
    },
  };
  Object.assign(xhr, watching);
  return sent;
}
