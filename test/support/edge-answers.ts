/**
 * Code that gathers what `createEdgeHandler` answers to every kind of request, and what the signing endpoint reads of
 * playlists. It needs nothing but Web standards: a test runs it as a string in each runtime, for the same lines.
 *
 * `server` is the package; the origin answers ranges, validators and an endless stream, and is reached by `fetch`.
 */
export const edgeAnswers = `async (server, origin) => {
  const format = server.azion({ secret: 'mysecret' });
  const edge = server.createEdgeHandler({ format, origin, protect: '/vod/' });
  const page = 'https://app.example';
  const sign = (path, expires = Math.floor(Date.now() / 1000) + 60) =>
    server.signUrl('https://cdn.example' + path, { format, expires });
  const lines = [];
  const ask = async (name, url, init = {}, read = (response) => response.text()) => {
    const response = await edge(new Request(url, { ...init, headers: { Origin: page, ...init.headers } }));
    const { headers } = response;
    const kept = [
      'access-control-allow-origin', 'access-control-allow-methods', 'allow', 'cache-control', 'content-range', 'etag',
      'content-type',
    ];
    const values = kept.map((key) => headers.get(key) ?? '-');
    lines.push([name, response.status, ...values, await read(response)].join(' | '));
  };
  const good = await sign('/vod/echo?x=1');
  await ask('genuine', good);
  await ask('range', good, { headers: { Range: 'bytes=2-5' } });
  await ask('conditional', good, { headers: { 'If-None-Match': '"1"' } });
  await ask('HEAD', good, { method: 'HEAD' });
  await ask('missing', 'https://cdn.example/vod/echo');
  await ask('signature', good.replace(/st=./, (start) => start === 'st=_' ? 'st=-' : 'st=_'));
  await ask('expired', await sign('/vod/echo', 1470055000));
  await ask('expired, conditional', await sign('/vod/echo', 1470055000), { headers: { 'If-None-Match': '"1"' } });
  await ask('HEAD refused', 'https://cdn.example/vod/echo', { method: 'HEAD' });
  await ask('OPTIONS', 'https://cdn.example/vod/echo', {
    method: 'OPTIONS',
    headers: { 'Access-Control-Request-Method': 'GET' },
  });
  await ask('POST', good, { method: 'POST', body: 'x' });
  await ask('ambiguous path', 'https://cdn.example/vod//echo');
  await ask('unprotected', 'https://cdn.example/free/echo?x=2');
  await ask('not found', await sign('/vod/none'));
  await ask('stream', await sign('/vod/endless'), {}, async (response) => {
    const reader = response.body.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return 'first chunk: ' + new TextDecoder().decode(value);
  });
  const endpoint = server.createSigningEndpoint({
    format, allow: origin + 'vod/', ttl: 60, authorize: () => true, expand: true,
  });
  const expand = async (name, path) => {
    const body = JSON.stringify({ urls: [origin + path] });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await endpoint(new Request('https://app.example/token', { method: 'POST', headers, body }));
    lines.push(name + ' | ' + (await answer.json()).tokens.map(({ url }) => url.slice(origin.length)).join());
  };
  await expand('expand', 'vod/master.m3u8');
  await expand('expand, redirected', 'vod/moved.m3u8');
  return lines;
}`;
