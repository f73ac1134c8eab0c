import { optionsError } from '../errors/options-error.ts';

/**
 * Called with what Node, Express or Hono hand over, a handler would wait for ever, or fail without saying why. Judged
 * by what is used of it: there are Requests of other libraries and of other realms.
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
