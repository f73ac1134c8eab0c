import { letGo } from '../http/read-limited.ts';
import { passedOnHeaders } from '../http/passed-on.ts';
import type { Client } from './client.ts';
import type { NodeResponse } from './node-message.ts';

/** The number of bytes that are written at once. A client that takes fewer within the time-out has stalled. */
const maxWritten = 65_536;

/**
 * Sends `answer` as fast as the client reads it. Headers that a framework has set are kept, unless the response has its
 * own; of cookies and `Vary`, both are kept. Headers that belong to another connection are left out
 * (`passedOnHeaders`).
 *
 * @throws the error of the body; `TypeError` for a body that is not a stream of bytes; `Error` for a body whose length
 *   differs from its `Content-Length`: the client would read bytes beyond that length as the next response
 */
export async function sendResponse(
  answer: Response,
  response: NodeResponse,
  { isHead, client }: { isHead: boolean; client: Client },
): Promise<void> {
  if (client.hasLeft() || response.headersSent) {
    letGo(answer.body);
    return;
  }
  const headers = passedOnHeaders(answer);
  const declared = declaredLength(headers);
  const hasBody = !isHead && answer.status !== 204 && answer.status !== 304;
  if (!hasBody) letGo(answer.body);
  // Throws for a body that other code has read already. No headers have been sent yet.
  const reader = hasBody ? (answer.body as ReadableStream<Uint8Array> | null)?.getReader() : undefined;
  const length = hasBody ? declared : undefined;
  try {
    if (length !== undefined && length > 0 && !reader) throw wrongLength('shorter');
    sendHeaders(answer.status, headers, response);
    // Players measure from here, and the first byte of the body may take some time.
    if (reader) response.flushHeaders?.();
  } catch (error) {
    // Node refuses some values that `Headers` accepts. The response that replaces this one has its own headers.
    for (const [name] of headers) response.removeHeader(name);
    letGo(reader);
    throw error;
  }
  if (reader) await sendBody(reader, response, { client, length });
  if (!client.hasLeft()) response.end();
}

function declaredLength(headers: Headers): number | undefined {
  const text = headers.get('Content-Length');
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  // Several values, or one that is not a number: clients disagree about where such a response ends.
  headers.delete('Content-Length');
  return undefined;
}

const notBytes = 'The body of the answer is a stream, but not of bytes. Encode text with a TextEncoderStream.';

function wrongLength(how: 'longer' | 'shorter'): Error {
  return new Error(
    `The body of the answer is ${how} than its Content-Length. ` +
      'Leave that header out, or take it from the bytes that are sent, ' +
      'not from a compressed body that fetch has decoded.',
  );
}

function sendHeaders(status: number, headers: Headers, response: NodeResponse): void {
  response.statusCode = status;
  for (const [name, value] of headers) {
    if (name !== 'set-cookie') response.setHeader(name, name === 'vary' ? listed(response, name, value) : value);
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', [...textsOf(response, 'set-cookie'), ...cookies]);
}

function listed(response: NodeResponse, name: string, value: string): string {
  return [...textsOf(response, name), value].join(', ');
}

function textsOf(response: NodeResponse, name: string): string[] {
  return [response.getHeader(name) ?? []].flat().map(String);
}

async function sendBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  response: NodeResponse,
  { client, length }: { client: Client; length: number | undefined },
): Promise<void> {
  const { signal } = client;
  // This also ends a `read()` that is under way.
  const leave = (): void => letGo(reader);
  signal.addEventListener('abort', leave);
  let sent = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (client.hasLeft()) return;
      if (done) break;
      // A stream may contain any value; `fetch` refuses values other than bytes, too.
      if (!ArrayBuffer.isView(value)) throw new TypeError(notBytes);
      sent += value.byteLength;
      if (length !== undefined && sent > length) throw wrongLength('longer');
      for (let begin = 0; begin < value.byteLength && !client.hasLeft(); begin += maxWritten) {
        if (!response.write(value.subarray(begin, begin + maxWritten))) await client.takes('drain');
      }
    }
    if (length !== undefined && sent < length) throw wrongLength('shorter');
  } catch (error) {
    leave();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
