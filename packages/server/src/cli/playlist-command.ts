import type { Command } from 'commander';
import { signPlaylist } from '../playlist/sign-playlist.ts';
import { parsedUrl } from '../url/parsed-url.ts';
import { CliError } from './cli-error.ts';
import { addExpiryOptions, addFormatOptions, readExpiry, readFormat } from './format-options.ts';
import type { ExpiryOptions, FormatOptions } from './format-options.ts';
import { readText } from './read-text.ts';

export function addPlaylistCommand(program: Command): void {
  const command = program.command('playlist').argument('<file>', 'HLS playlist, or - for standard input');
  addExpiryOptions(addFormatOptions(command))
    .description('Print the playlist with every URI signed.')
    .requiredOption('--url <url>', 'where players load the playlist: its URIs are relative to it')
    .action(async (file: string, options: FormatOptions & ExpiryOptions & { url: string }) => {
      const { url, json } = options;
      if (!parsedUrl(url))
        throw new CliError(
          '--url: this is not an absolute URL. Give one such as https://cdn.example.com/vod/master.m3u8.',
        );
      const expires = readExpiry(options);
      const format = await readFormat(options);
      const text = await readText(file);
      if (!text.startsWith('#EXTM3U'))
        throw new CliError(`${file} is not an HLS playlist: it does not begin with #EXTM3U. Give an .m3u8 file.`);
      // whatever may be wrong with the expiry would be taken for a URI that is left alone
      await format.sign(new URL(url), expires);
      const playlist = await signPlaylist(text, url, { format, expires });
      process.stdout.write(json ? `${JSON.stringify({ playlist, expires })}\n` : playlist);
    });
}
