import { describe, expect, test, vi } from 'vitest';
import { lazyHandler } from '../../../../packages/server/src/index.ts';

const request = (): Request => new Request('https://app.example.com/token');
const saying = (text: string) => () => Promise.resolve(new Response(text));

describe('lazyHandler', () => {
  test('makes its handler at the first request, and keeps it as long as env is the same', async () => {
    const make = vi.fn((env: { secret: string }) => saying(env.secret));
    const handler = lazyHandler(make) as (request: Request, ...more: unknown[]) => Promise<Response>;
    expect(make).not.toHaveBeenCalled();
    const env = { secret: 'a' };
    expect(await (await handler(request(), env, { waitUntil: 1 })).text()).toBe('a');
    await handler(request(), env, { waitUntil: 2 });
    expect(make.mock.calls).toEqual([[env]]);
    expect(await (await handler(request(), { secret: 'b' })).text()).toBe('b');
  });

  test('without env it makes one, whatever a framework hands over', async () => {
    const make = vi.fn(() => saying('x'));
    const handler: (request: Request, context?: unknown) => Promise<Response> = lazyHandler(make);
    for (const context of [{}, {}, undefined]) await handler(request(), context);
    expect(make).toHaveBeenCalledOnce();
  });
});
