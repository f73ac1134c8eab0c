import { Option } from 'commander';
import type { Command } from 'commander';
import { signUrl } from 'secure-token-server';
import { wholeNumber } from '../call-arguments.ts';
import { addFormatOptions, findSecrets, formatWith } from '../format/format-options.ts';
import type { FormatOptions } from '../format/format-options.ts';

interface SignOptions extends FormatOptions {
  expires?: number;
  ttl?: number;
}

export function addSignCommand(program: Command): void {
  addFormatOptions(program.command('sign').argument('<url>', 'absolute URL; a token it holds is replaced'))
    .description('Print the URL with its token.')
    .addOption(
      new Option('--ttl <seconds>', 'lifetime, from now (default: 300)').argParser(wholeNumber).conflicts('expires'),
    )
    .option('--expires <time>', 'the last second in which the token is valid, unix time', wholeNumber)
    .action(async (url: string, options: SignOptions) => {
      const { ttl = 300, expires = Math.floor(Date.now() / 1000) + ttl, json } = options;
      const format = await formatWith(await findSecrets(options), options);
      const signed = await signUrl(url, { format, expires });
      console.log(json ? JSON.stringify({ url: signed, expires }) : signed);
    });
}
