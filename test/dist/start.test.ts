import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

test('npm start prints the addresses of a page, a signing endpoint and an edge, and Ctrl+C ends it', async () => {
  const server = spawn(process.execPath, ['examples/start.mjs']);
  try {
    let printed = '';
    for await (const text of server.stdout) {
      printed += String(text);
      if (printed.includes('Ctrl+C')) break;
    }
    const [page, endpoint, edge] = ['pages', 'signing endpoint', 'edge'].map(
      (name) => new RegExp(`^ +${name} +(http\\S+)$`, 'm').exec(printed)![1]!,
    );
    expect(await (await fetch(page!)).text()).toContain('hlsjs.html');
    const url = `${edge}film/ts/master.m3u8`;
    const response = await fetch(endpoint!, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ urls: [url], reason: 'initial' }),
    });
    const { tokens } = (await response.json()) as { tokens: { query: Record<string, string> }[] };
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(`${url}?${String(new URLSearchParams(tokens[0]!.query))}`)).status).toBe(200);
  } finally {
    server.kill('SIGINT');
    await once(server, 'exit');
  }
  expect(server.signalCode ?? server.exitCode).toBe('SIGINT');
});
