import type { Command } from 'commander';
import { signUrl } from '../token/sign-url.ts';
import { CliError } from './cli-error.ts';
import { addExpiryOptions, addFormatOptions, readExpiry, readFormat } from './format-options.ts';
import type { ExpiryOptions, FormatOptions } from './format-options.ts';

export function addSignCommand(program: Command): void {
  const command = program.command('sign').argument('<url>', 'absolute URL; a token it holds is replaced');
  addExpiryOptions(addFormatOptions(command))
    .description('Print the URL with its token.')
    .action(async (url: string, options: FormatOptions & ExpiryOptions) => {
      // Clients resolve them, Azion's scripts sign them as they stand: neither is what was asked for.
      if (/^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/i.test(url))
        throw new CliError('url: the path has dot segments. Write it without dot segments, as servers read it.');
      const expires = readExpiry(options);
      const signed = await signUrl(url, { format: await readFormat(options), expires });
      console.log(options.json ? JSON.stringify({ url: signed, expires }) : signed);
    });
}
