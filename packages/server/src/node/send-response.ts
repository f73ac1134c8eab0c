import { letGo } from '../http/let-go.ts';
import { passedOnHeaders } from '../http/passed-on.ts';
import type { Client } from './client.ts';
import type { NodeResponse } from './node-message.ts';

/** Bytes that are written at once: a client that takes no more than these in all the time it is given has stalled. */
const maxWritten = 65_536;

/**
 * Sends `answer`, as fast as the client reads it. Headers that a framework has set stay, unless the answer has its own;
 * cookies and `Vary` of both are kept. What belongs to another connection is left out (`passedOnHeaders`).
 *
 * @throws what the body fails with; `TypeError` for a body that is no stream of bytes; `Error` for one that is not as
 *   long as its `Content-Length`: whatever is written beyond that is read as the next response
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
  // Throws for a body that somebody has read already: before the headers are out.
  const reader = hasBody ? (answer.body as ReadableStream<Uint8Array> | null)?.getReader() : undefined;
  const length = hasBody ? declared : undefined;
  try {
    if (length !== undefined && length > 0 && !reader) throw wrongLength('shorter');
    sendHeaders(answer.status, headers, response);
    // Players measure from here, and the first byte of the body may take its time.
    if (reader) response.flushHeaders?.();
  } catch (error) {
    // Node refuses some values that `Headers` takes. What is sent instead has headers of its own.
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
  // Several values, or none that is a number: clients disagree about where such an answer ends.
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
  // A read under way ends with this, too.
  const leave = (): void => letGo(reader);
  signal.addEventListener('abort', leave);
  let sent = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (client.hasLeft()) return;
      if (done) break;
      // A stream may hold anything; `fetch` refuses it, too.
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
