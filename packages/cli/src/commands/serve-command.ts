import { stat } from 'node:fs/promises';
import { serve } from '@hono/node-server';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { addFormatOptions, formatOf, formatWith } from '../format/format-options.ts';
import type { FormatOptions } from '../format/format-options.ts';
import { findSecrets, readSecrets } from '../format/read-secrets.ts';
import { openBrowser } from '../serve/open-browser.ts';
import { findPlayerFiles } from '../player-files.ts';
import { checkLinks, createServeApp } from '../serve/serve-app.ts';
import { serveHost } from '../serve/serve-host.ts';
import type { ServeHost } from '../serve/serve-host.ts';
import { wholeNumber } from '../whole-number.ts';

interface ServeOptions extends FormatOptions {
  host: string;
  port?: number;
  ttl: number;
  open?: true;
}

const USUAL_PORT = 8080;

export function addServeCommand(program: Command): void {
  addFormatOptions(program.command('serve').argument('<dir>', 'folder with your HLS and MP4 files'))
    .description('Protect a folder of this machine and show a page that plays it.')
    .option('--host <host>', 'name or address to listen at; any other opens the page to the network', '127.0.0.1')
    .option('--port <port>', 'TCP port; 0 takes a free one (default: 8080, or a free one if it is taken)', wholeNumber)
    .option('--ttl <seconds>', 'lifetime of the tokens of the hls.js plugin', wholeNumber, 60)
    .option('--open', 'open the page in the browser')
    .addHelpText(
      'after',
      `
The page plays HLS with hls.js and its plugin where both are installed in the current folder
(npm install hls.js secure-token-hlsjs), and otherwise with the browser's own player and signed playlists; it loads
nothing from the network. Without a secret, one is made up for this run, unless keys have ids in the format.`,
    )
    .action(async (dir: string, options: ServeOptions) => {
      const isFolder = await stat(dir).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isFolder) throw new CliError('DIR is not a folder. Give the folder with your HLS and MP4 files.');
      if (options.port !== undefined && options.port > 65_535)
        throw new CliError(`--port: this is ${options.port}. Give 0 to 65535.`);
      if (!(options.ttl >= 2 && options.ttl <= 86_400))
        throw new CliError(`--ttl: this is ${options.ttl}. Give 2 to 86400 seconds.`);
      const { makeUp } = formatOf(options).keys;
      const found = makeUp ? await findSecrets(options) : await readSecrets(options);
      const secrets = found.length > 0 || !makeUp ? found : [makeUp()];
      const format = await formatWith(secrets, options);
      if (!format.verify)
        throw new CliError(
          `--format ${format.name}: this format only signs: only the store can verify its tokens. Give a format ` +
            'that verifies, such as secureToken.',
        );
      await checkLinks(format);
      const { ttl } = options;
      const playerFiles = findPlayerFiles();
      const host = serveHost(options.host);
      const app = createServeApp({ root: dir, format, ttl, playerFiles, isNamed: host.isNamed });
      const url = await (options.port === undefined
        ? listen(app, host, USUAL_PORT).catch(() => listen(app, host, 0))
        : listen(app, host, options.port));
      const player = playerFiles ? 'hls.js' : 'native';
      if (options.json) console.log(JSON.stringify({ url, player, secret: found.length > 0 ? 'given' : 'made up' }));
      else {
        console.log(url);
        console.error(
          playerFiles ? 'Playing HLS with hls.js and its plugin.' : "Playing HLS with the browser's own player.",
        );
        if (found.length === 0)
          console.error('The secret is made up for this run. Set SECURE_TOKEN_SECRET to use your own.');
      }
      if (!host.isLocal) console.error(networkWarning);
      if (options.open) openBrowser(url);
    });
}

const networkWarning =
  'Warning: everyone on this network can open the page, and it hands out tokens to everyone who does. ' +
  'Use --host only in a network that you trust.';

function listen(
  app: { fetch(request: Request): Response | Promise<Response> },
  { name, urlAt }: ServeHost,
  port: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: (request) => app.fetch(request), port, hostname: name }, (address) =>
      resolve(urlAt(address.port)),
    );
    const whyNot = (code: string | undefined, text: string): string => {
      if (code === 'EADDRINUSE') return `Port ${port} is taken. Give another one, or --port 0.`;
      if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
        return '--host: this is not an address of this machine. Give one of its addresses, or localhost.';
      if (code === 'EACCES') return `--port: you may not listen at ${port}. Give a port above 1023.`;
      return text;
    };
    server.on('error', ({ code, message }: NodeJS.ErrnoException) => reject(new CliError(whyNot(code, message))));
  });
}
