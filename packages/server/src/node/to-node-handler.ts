import { checkNames } from '../errors/check-names.ts';
import { errorLog } from '../errors/error-log.ts';
import { optionsError } from '../errors/options-error.ts';
import { Problem, problemResponse } from '../http/problem.ts';
import type { FastifyReplyLike, FastifyRequestLike, NodeRequest, NodeResponse } from './node-message.ts';
import { nodeRequest } from './node-request.ts';
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
 *
 * @throws `ERR_OPTIONS` at once when `handler` is no function
 */
export function toNodeHandler(
  handler: (request: Request) => Response | Promise<Response>,
  options: NodeHandlerOptions = {},
): NodeHandler {
  if (typeof (handler as unknown) !== 'function') {
    throw optionsError('handler', 'Give a function such as the one that createSigningEndpoint returns.', handler);
  }
  checkNames(options, { trustProxy: true, onError: true });
  const { trustProxy = false } = options;
  const report = errorLog(options.onError);

  const answer = async ({ message, response, parsed }: Exchange): Promise<void> => {
    const client = new AbortController();
    if (message.aborted) client.abort();
    response.once('close', () => {
      if (!response.writableEnded) client.abort();
    });
    const sending = { isHead: message.method === 'HEAD', signal: client.signal };
    const fail = async (error: unknown): Promise<void> => {
      if (!(error instanceof Problem) && !client.signal.aborted) report(error);
      // Half of an answer must not look like all of it.
      if (response.headersSent) response.destroy();
      else await sendResponse(problemResponse(asProblem(error)), response, sending);
    };
    let body: RequestBody | undefined;
    try {
      body = requestBody(message, parsed);
      const answered: unknown = await handler(nodeRequest(message, { body, trustProxy, signal: client.signal }));
      if (!isResponse(answered)) throw new Error('The handler returned no Response.');
      await sendResponse(answered, response, sending);
    } catch (error) {
      await fail(error);
    }
    body?.discard();
  };

  return (req, res) => {
    const exchange = unwrapped(req, res);
    answer(exchange).catch((error: unknown) => {
      // Not even the problem could be sent.
      report(error);
      exchange.response.destroy();
    });
  };
}

interface Exchange {
  readonly message: NodeRequest;
  readonly response: NodeResponse;
  /** What a parser has made of the body. */
  readonly parsed: unknown;
}

function unwrapped(req: NodeRequest | FastifyRequestLike, res: NodeResponse | FastifyReplyLike): Exchange {
  const message = 'raw' in req ? req.raw : req;
  if (!('raw' in res)) return { message, response: res, parsed: req.body };
  res.hijack();
  return { message, response: res.raw, parsed: req.body };
}

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(500, 'The server failed. Its log says why.');
}

/** Judged by what is used of it; `Response.error()` has the status 0. */
function isResponse(answer: unknown): answer is Response {
  if (typeof answer !== 'object' || answer === null) return false;
  const { status = 0, headers } = answer as Partial<Response>;
  return status >= 200 && status <= 599 && typeof headers?.getSetCookie === 'function';
}
