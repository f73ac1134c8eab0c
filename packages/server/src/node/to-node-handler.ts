import { checkNames } from '../errors/check-names.ts';
import { errorLog } from '../errors/error-log.ts';
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
   * Whether `X-Forwarded-Proto` and `X-Forwarded-Host` make the URL of the request. Only behind a proxy of yours that
   * sets both, and that nobody can get past: any client can send them. The signing endpoint does not look at its URL;
   * the edge takes the host from it, and your hooks may.
   * @default false
   */
  trustProxy?: boolean;
  /**
   * Seconds for which a client may send nothing of a body that the handler reads, or take nothing of an answer; then
   * its connection is closed. A player that has paused asks again from where it was.
   * @default 60
   */
  clientTimeout?: number;
  /**
   * Gets what the handler, or the body of its answer, failed with.
   * @default console.error
   */
  onError?: (error: unknown) => void;
}

/** Takes what Node and Express hand over, and what Fastify does. `next` is never called: every request is answered. */
export type NodeHandler = (
  req: NodeRequest | FastifyRequestLike,
  res: NodeResponse | FastifyReplyLike,
  next?: (error?: unknown) => void,
) => void;

/**
 * A handler of this package, or any other `(request: Request) => Response`, as a listener of `node:http`, `node:https`
 * and `node:http2`, a route of Express, or a route of Fastify. A body that `express.json()` or Fastify has parsed
 * arrives as it was sent. A viewer who leaves aborts `request.signal`. What the handler throws is a 500 without detail.
 * Requests that a client sends over one connection before their answers are there are handled one after the other.
 *
 * @throws `ERR_OPTIONS` at once when `handler` is no function, and for a `clientTimeout` that is no positive number
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
    // It has left while it waited for its turn.
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
        // Not even the problem could be sent.
        report(error);
        exchange.response.destroy();
      }),
    );
  };
}

interface Exchange {
  readonly message: NodeRequest;
  readonly response: NodeResponse;
  /** The body as a parser has read it. */
  readonly parsed: unknown;
}

function unwrapped(req: NodeRequest | FastifyRequestLike, res: NodeResponse | FastifyReplyLike): Exchange {
  const message = 'raw' in req ? req.raw : req;
  if (!('raw' in res)) return { message, response: res, parsed: req.body };
  res.hijack();
  return { message, response: res.raw, parsed: req.body };
}

/** Seconds; a timer of more milliseconds than fit into 31 bits fires at once. */
const maxTimeout = 2_147_483;

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(500, 'The server failed. Its log says why.');
}

/** Judged by what is used of it; `Response.error()` has the status 0. */
function isResponse(answer: unknown): answer is Response {
  if (typeof answer !== 'object' || answer === null) return false;
  const { status = 0, headers } = answer as Partial<Response>;
  return status >= 200 && status <= 599 && typeof headers?.getSetCookie === 'function';
}
