import { connect } from 'node:net';

export interface RawAnswer {
  /** Status of the answer, or 0 when the connection ended without one. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Sends bytes as they are, which `fetch` would tidy up, and reads one answer to the length it declares.
 *
 * @param options.leave close our half once all is sent, as a client does that went away in the middle
 */
export function rawHttp(port: number, bytes: Buffer | string, { leave = false } = {}): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    // a byte a character, whatever the bytes mean
    let seen = '';
    const finish = (): void => {
      socket.destroy();
      resolve(readAnswer(seen));
    };
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      const end = seen.indexOf('\r\n\r\n') + 4;
      const length = end > 3 ? readAnswer(seen).headers.get('Content-Length') : null;
      if (length !== null && seen.length - end >= Number(length)) finish();
    });
    socket.on('close', finish);
    // a server that has answered does not read the rest
    socket.on('error', finish);
    socket.write(bytes);
    if (leave) socket.end();
  });
}

function readAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const lines = head.split('\r\n');
  const fields = lines.slice(1).map((line) => line.split(/: ?(.*)/).slice(0, 2) as [string, string]);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(lines[0] ?? '')?.[1] ?? 0),
    headers: new Headers(fields),
    body: Buffer.from(rest.join('\r\n\r\n'), 'latin1').toString(),
  };
}
