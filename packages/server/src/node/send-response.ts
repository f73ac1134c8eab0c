import type { NodeResponse } from './node-message.ts';

/**
 * Sends `answer`, as fast as the client reads it. Headers that a framework has set stay, unless the answer has its own;
 * cookies and `Vary` of both are kept.
 *
 * @param options.signal aborts when the client has gone: the rest of the body is not read then
 * @throws what the body fails with
 */
export async function sendResponse(
  answer: Response,
  response: NodeResponse,
  { isHead, signal }: { isHead: boolean; signal: AbortSignal },
): Promise<void> {
  if (isHead || signal.aborted || response.headersSent) {
    await answer.body?.cancel();
    if (signal.aborted || response.headersSent) return;
    sendHeaders(answer, response);
    response.end();
    return;
  }
  // Throws for a body that somebody has read already: before the headers are out.
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader();
  try {
    sendHeaders(answer, response);
  } catch (error) {
    // Node refuses some values that `Headers` takes. What is sent instead has headers of its own.
    for (const [name] of answer.headers) response.removeHeader(name);
    await reader?.cancel();
    throw error;
  }
  if (reader) await sendBody(reader, response, signal);
  response.end();
}

function sendHeaders({ status, headers }: Response, response: NodeResponse): void {
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
  signal: AbortSignal,
): Promise<void> {
  // A read under way ends with this, too.
  const leave = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', leave);
  // Players measure from here, and the first byte of the body may take its time.
  response.flushHeaders?.();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      if (!response.write(value)) await canWriteOn(response);
    }
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function canWriteOn(response: NodeResponse): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      response.off('drain', goOn);
      response.off('close', goOn);
      resolve();
    };
    response.once('drain', goOn);
    response.once('close', goOn);
  });
}
