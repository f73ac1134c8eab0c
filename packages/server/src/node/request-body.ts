import { Problem } from '../http/problem.ts';
import type { Client } from './client.ts';
import type { NodeRequest } from './node-message.ts';

/** The body of a request, and a function that drops the part that no code has read. */
export interface RequestBody {
  readonly content: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string | undefined;
  /** Whether a parser has read it: then the length and the encoding of the sent body do not describe `content`. */
  readonly isParsed: boolean;
  /** Reads the rest and drops it: the client sees its response only after it has sent everything. */
  readonly discard: () => void;
}

/**
 * Returns the stream of the body if no code has read from it. Behind a parser such as `express.json()` the stream is
 * empty, and the function serialises the result of the parser again.
 *
 * @throws `Error` for a body that was read and not kept, or whose type is neither JSON nor a form
 */
export function requestBody(
  message: NodeRequest,
  { parsed, client }: { parsed: unknown; client: Client },
): RequestBody {
  const nothingToDo = (): void => undefined;
  if (message.method === 'GET' || message.method === 'HEAD') {
    return { content: undefined, isParsed: false, discard: nothingToDo };
  }
  if (!message.readableDidRead) return untouchedBody(message, client);
  const type = [message.headers['content-type']].flat()[0] ?? '';
  return { content: writtenAgain(parsed, type, message), isParsed: true, discard: nothingToDo };
}

function untouchedBody(message: NodeRequest, client: Client): RequestBody {
  // Destroying a request would close the connection before the response is sent.
  const chunks = message.iterator({ destroyOnReturn: false });
  const discard = (): void => {
    const rest = (): unknown => message.resume();
    void Promise.resolve(chunks.return?.()).then(rest, rest);
  };
  const content = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = (await client.sends(chunks.next())) as IteratorResult<Uint8Array, undefined>;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: discard,
    },
    // Takes nothing from the socket before the handler reads.
    { highWaterMark: 0 },
  );
  return { content, isParsed: false, discard };
}

/** Serialises a parsed body as text of the type that was sent: a form never turns into JSON. */
function writtenAgain(parsed: unknown, type: string, { headers }: NodeRequest): RequestBody['content'] {
  if (typeof parsed === 'string') return parsed;
  if (parsed instanceof Uint8Array) return new Uint8Array(parsed);
  const isJson = /^[\w.-]+\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type);
  if (parsed === undefined || (parsed === null && !isJson)) {
    if (!headers['transfer-encoding'] && !(Number(headers['content-length']) > 0)) return undefined;
    throw new Error(
      'The body of the request was read before toNodeHandler, and `req.body` does not hold it. ' +
        'With Fastify hand over its own request and reply, not their `raw`.',
    );
  }
  if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
    return new URLSearchParams(formPairs('', parsed)).toString();
  }
  if (isJson) return jsonText(parsed);
  throw new Error(
    'The body of the request was parsed before toNodeHandler, and is neither JSON nor a form. ' +
      'Mount the handler in front of that parser.',
  );
}

function jsonText(parsed: unknown): string {
  try {
    return JSON.stringify(parsed);
  } catch {
    throw new Problem(400, 'The body is not JSON.');
  }
}

/** Lists the fields of a form as `express.urlencoded({ extended: true })` reads them: `a=1&b[c]=2&d[0]=3`. */
function formPairs(name: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, each]) => formPairs(name === '' ? key : `${name}[${key}]`, each));
}
