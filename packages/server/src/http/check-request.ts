import { optionsError } from '../errors/options-error.ts';

/**
 * Checks that a handler was called with a `Request`. With the arguments of Node, Express or Hono, a handler would wait
 * for ever, or fail without naming the cause. Only the members that are used are checked, because a `Request` of
 * another library or another realm is valid too.
 *
 * @throws `ERR_OPTIONS`
 */
export function checkRequest(request: unknown): void {
  if (isRequest(request)) return;
  throw optionsError(
    'request',
    'this handler was called with something that is not a Request. ' +
      'For node:http, Express and Fastify wrap it: toNodeHandler(token). In Hono call token(context.req.raw).',
  );
}

function isRequest(request: unknown): boolean {
  if (typeof request !== 'object' || request === null) return false;
  const { method, url, headers } = request as Partial<Request>;
  return typeof method === 'string' && typeof url === 'string' && typeof headers?.get === 'function';
}
