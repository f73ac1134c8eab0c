import { checkNames } from '../errors/check-names.ts';
import { errorLog } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import { Problem, problemResponse } from '../http/problem.ts';
import { Client } from './client.ts';
import type { FastifyReplyLike, FastifyRequestLike, NodeRequest, NodeResponse } from './node-message.ts';
import { nodeRequest } from './node-request.ts';
import { runExchange } from './open-exchanges.ts';
import { requestBody } from './request-body.ts';
import type { RequestBody } from './request-body.ts';
import { sendResponse } from './send-response.ts';

export interface NodeHandlerOptions {
  /**
   * Whether `X-Forwarded-Proto` and `X-Forwarded-Host` determine the URL of the request. Set this only behind your own
   * proxy that sets both headers and that no client can bypass: any client can send them. The signing endpoint does not
   * look at its URL; the edge takes the host from it, and your hooks may.
   * @default false
   */
  trustProxy?: boolean;
  /**
   * Seconds for which a client may send nothing of a body that the handler reads, or take nothing of a response. After
   * that, its connection is closed. A player that has paused requests the rest from where it was.
   * @default 60
   */
  clientTimeout?: number;
  /**
   * Called with the error if the handler or the body of its response fails.
   * @default console.error
   */
  onError?: (error: unknown) => void;
}

/** A listener for the arguments of Node and Express, or of Fastify. Never calls `next`: it answers every request. */
export type NodeHandler = (
  req: NodeRequest | FastifyRequestLike,
  res: NodeResponse | FastifyReplyLike,
  next?: (error?: unknown) => void,
) => void;

/**
 * Turns a handler of this package, or any other `(request: Request) => Response`, into a listener of `node:http`,
 * `node:https` and `node:http2`, a route of Express, or a route of Fastify. A body that `express.json()` or Fastify has
 * parsed arrives as it was sent. A viewer who leaves aborts `request.signal`. If the handler throws, the response is a
 * 500 without detail. Requests that a client sends over one HTTP/1.1 connection before their responses have arrived are
 * handled one after the other.
 *
 * @throws `ERR_OPTIONS` at once if `handler` is not a function, and for a `clientTimeout` that is not a positive number
 */
export function toNodeHandler(
  handler: (request: Request) => Response | Promise<Response>,
  options: NodeHandlerOptions = {},
): NodeHandler {
  if (typeof (handler as unknown) !== 'function') {
    throw optionsError('handler', 'Give a function such as the one that createSigningEndpoint returns.', handler);
  }
  checkNames(options, { trustProxy: true, clientTimeout: true, onError: true });
  const { trustProxy = false, clientTimeout = 60 } = options;
  if (!(Number.isFinite(clientTimeout) && clientTimeout > 0 && clientTimeout <= maxTimeout))
    throw optionsError('clientTimeout', `Give seconds, more than 0, at most ${maxTimeout}.`, clientTimeout);
  const report = errorLog(options.onError);

  const answer = async ({ message, response, parsed }: Exchange): Promise<void> => {
    const client = new Client(message, response, clientTimeout * 1000);
    // The client has left while its request waited for its turn.
    if (client.hasLeft()) return;
    const sending = { isHead: message.method === 'HEAD', client };
    let body: RequestBody | undefined;
    try {
      body = requestBody(message, { parsed, client });
      const answered: unknown = await handler(nodeRequest(message, { body, trustProxy, signal: client.signal }));
      if (!isResponse(answered)) throw new Error('The handler returned no Response.');
      await sendResponse(answered, response, sending);
    } catch (error) {
      if (!(error instanceof Problem) && !client.hasLeft()) report(error);
      if (response.headersSent) client.sendAway();
      else await sendResponse(problemResponse(asProblem(error)), response, sending);
    }
    body?.discard();
    if (response.writableEnded) await client.takes('finish');
  };

  return (req, res) => {
    const exchange = unwrapped(req, res);
    runExchange(exchange.message, () =>
      answer(exchange).catch((error: unknown) => {
        // Even the problem could not be sent.
        report(error);
        exchange.response.destroy();
      }),
    );
  };
}

interface Exchange {
  readonly message: NodeRequest;
  readonly response: NodeResponse;
  /** The body after a parser has read it. */
  readonly parsed: unknown;
}

function unwrapped(req: NodeRequest | FastifyRequestLike, res: NodeResponse | FastifyReplyLike): Exchange {
  const message = 'raw' in req ? req.raw : req;
  if (!('raw' in res)) return { message, response: res, parsed: req.body };
  res.hijack();
  return { message, response: res.raw, parsed: req.body };
}

/** The longest `clientTimeout`, in seconds: a timer of more milliseconds than fit into 31 bits fires at once. */
const maxTimeout = 2_147_483;

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(500, 'The server failed. Its log says why.');
}

/** Whether a value can be sent as a response. Checks the members that are used; `Response.error()` has the status 0. */
function isResponse(answer: unknown): answer is Response {
  if (typeof answer !== 'object' || answer === null) return false;
  const { status = 0, headers } = answer as Partial<Response>;
  return status >= 200 && status <= 599 && typeof headers?.getSetCookie === 'function';
}
