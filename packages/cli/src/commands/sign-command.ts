import type { Command } from 'commander';
import { signUrl } from 'secure-token-server';
import { addExpiryOptions, addFormatOptions, readExpiry, readFormat } from '../format/format-options.ts';
import type { ExpiryOptions, FormatOptions } from '../format/format-options.ts';

export function addSignCommand(program: Command): void {
  const command = program.command('sign').argument('<url>', 'absolute URL; a token it holds is replaced');
  addExpiryOptions(addFormatOptions(command))
    .description('Print the URL with its token.')
    .action(async (url: string, options: FormatOptions & ExpiryOptions) => {
      const expires = readExpiry(options);
      const signed = await signUrl(url, { format: await readFormat(options), expires });
      console.log(options.json ? JSON.stringify({ url: signed, expires }) : signed);
    });
}
