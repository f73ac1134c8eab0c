/** The script of a page of 1.0 that hands out tokens to the worker, with `tokens` as its token source. */
export const pageOfVersion1 = `navigator.serviceWorker.addEventListener('message', ({ data, ports: [port] }) => {
  if (data.secureToken !== 'hello') return;
  let last;
  port.onmessage = async ({ data: { url, status } }) => {
    const signed = url ? await tokens.sign(url) : await tokens.refused(last, status);
    last = signed ?? last;
    port.postMessage({ signed });
  };
  port.postMessage('here');
});
navigator.serviceWorker.startMessages();`;

/** The code of the token worker of 1.0, as far as pages hand out the tokens. */
export const workerOfVersion1 = `// without rules pages are asked for every URL
const { protect = ['http'] } = JSON.parse(new URL(location.href).searchParams.get('secure-token'));
const covers = (url) => protect.some((prefix) => url.startsWith(prefix));
const receive = (port) => new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)));
const reach = async (clientId) => {
  const { port1, port2 } = new MessageChannel();
  const connected = receive(port1);
  (await clients.get(clientId)).postMessage({ secureToken: 'hello' }, [port2]);
  await connected;
  return port1;
};
const ask = (port, question) => {
  const answer = receive(port);
  port.postMessage(question);
  return answer;
};
async function answer({ clientId, request }) {
  const port = await reach(clientId);
  const send = ({ signed }) => fetch(signed.url, { headers: { range: request.headers.get('range') ?? 'bytes=0-' } });
  const response = await send(await ask(port, { url: request.url }));
  return response.ok ? response : send(await ask(port, { status: response.status }));
}
addEventListener('fetch', (event) => {
  const question = event.request.headers.get('secure-token-signs');
  if (question) event.respondWith(new Response(null, { status: covers(question) ? 204 : 205 }));
  else if (event.request.destination === 'video' && covers(event.request.url)) event.respondWith(answer(event));
});
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('message', ({ data }) => data.secureToken === 'claim' && clients.claim());`;
