import { optionsError } from '../errors/options-error.ts';
import { checkRequest } from './check-request.ts';

type Handler = (request: Request) => Promise<Response>;

/**
 * A handler that is made at its first request: for a Worker, whose `env` is not there before, and wherever making it
 * needs what a build does not have. It is kept as long as `env` is the same object, and made anew when a deployment has
 * changed it; a `make` that throws is asked again at the next request. Where `env` is another object at every request,
 * nothing that the handler counts is kept: give `rateLimit` a `limiter` there.
 *
 * @throws `ERR_OPTIONS` at once when `make` is no function
 */
export function lazyHandler<Env extends readonly [env?: unknown]>(
  make: (...env: Env) => Handler,
): (request: Request, ...env: Env) => Promise<Response> {
  if (typeof (make as unknown) !== 'function') {
    throw optionsError('make', 'Give a function such as (env) => createSigningEndpoint({ … }).', make);
  }
  let made: { readonly env: unknown; readonly handler: Handler } | undefined;
  return (request, ...env) => {
    checkRequest(request);
    // Only what `make` asks for: Next and Workers hand over more, which is another object at every request.
    const [first] = make.length > 0 ? env : [];
    if (!made || made.env !== first) made = { env: first, handler: checked(make(...([first] as unknown as Env))) };
    return made.handler(request);
  };
}

function checked(handler: unknown): Handler {
  if (typeof handler === 'function') return handler as Handler;
  throw optionsError('make', 'It returned no function. Return createSigningEndpoint({ … }), and not a promise of it.');
}
