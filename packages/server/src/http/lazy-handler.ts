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
