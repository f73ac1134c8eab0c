import type { Command } from 'commander';
import { signPlaylist, signUrl } from 'secure-token-server';
import { CliError, readText } from '../call-arguments.ts';
import { addExpiryOptions, addFormatOptions, readExpiry, readFormat } from '../format/format-options.ts';
import type { ExpiryOptions, FormatOptions } from '../format/format-options.ts';

export function addPlaylistCommand(program: Command): void {
  const command = program.command('playlist').argument('<file>', 'HLS playlist, or - for standard input');
  addExpiryOptions(addFormatOptions(command))
    .description('Print the playlist with every URI signed.')
    .requiredOption('--url <url>', 'where players load the playlist: its URIs are relative to it')
    .action(async (file: string, options: FormatOptions & ExpiryOptions & { url: string }) => {
      const { url, json } = options;
      const expires = readExpiry(options);
      const format = await readFormat(options);
      const text = await readText(file, 'The playlist');
      if (!text.startsWith('#EXTM3U'))
        throw new CliError(`${file} is not an HLS playlist: it does not begin with #EXTM3U. Give an .m3u8 file.`);
      // a URL or an expiry that cannot be signed is an error here; otherwise, each URI of the playlist would stay
      // unsigned
      await signUrl(url, { format, expires });
      const playlist = await signPlaylist(text, url, { format, expires });
      process.stdout.write(json ? `${JSON.stringify({ playlist, expires })}\n` : playlist);
    });
}
