/** What hls.js has put into a licence request after its set-up. */
interface SentChallenge {
  readonly headers: readonly [name: string, value: string][];
  /** Absent until it is sent. */
  readonly body?: XMLHttpRequestBodyInit | Document | null | undefined;
}

/**
 * Notes what hls.js puts into `xhr` from now on until it has sent it. hls.js unpacks a challenge of PlayReady after the
 * set-up, and sets the headers that stand beside it.
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
