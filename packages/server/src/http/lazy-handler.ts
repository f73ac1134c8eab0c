import { optionsError } from '../errors/options-error.ts';

type Handler = (request: Request) => Promise<Response>;

/**
 * Creates a handler that is made at its first request. Use it for a Worker, whose `env` does not exist before, and
 * wherever making the handler needs something that is missing during a build. The handler is kept as long as `env` is
 * the same object, and made again after a deployment has changed `env`. If `make` throws, it is called again at the
 * next request. If `env` is another object at every request, the handler keeps no counts between requests: give
 * `rateLimit` a `limiter` then.
 */
export function lazyHandler<Env extends readonly [env?: unknown]>(
  make: (...env: Env) => Handler,
): (request: Request, ...env: Env) => Promise<Response> {
  let made: { readonly env: unknown; readonly handler: Handler } | undefined;
  return (request, ...env) => {
    // Passes only the argument that `make` declares: Next and Workers pass more, which is another object at every
    // request.
    const [first] = make.length > 0 ? env : [];
    if (!made || made.env !== first) made = { env: first, handler: make(...([first] as unknown as Env)) };
    return made.handler(request);
  };
}

/**
 * Checks that a handler was called with a `Request`. With the arguments of Node, Express or Hono, a handler would wait
 * for ever, or fail without naming the cause. Only the members that are used are checked, because a `Request` of
 * another library or another realm is valid too.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkRequest(request: unknown): void {
  const { method, url, headers } = (request ?? {}) as Partial<Request>;
  if (typeof method === 'string' && typeof url === 'string' && typeof headers?.get === 'function') return;
  throw optionsError(
    'request',
    'this handler was called with something that is not a Request. ' +
      'For node:http, Express and Fastify wrap it: toNodeHandler(token). In Hono call token(context.req.raw).',
  );
}
