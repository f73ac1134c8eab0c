import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { Manifest } from 'mpd-parser';
import type { ListedFile } from './listed-files.ts';

/** Milliseconds after which the process ends. It reads a manifest in use in a tenth of that. */
const TIMEOUT_MS = 4000;
/** Megabytes of memory at which the process ends. They hold a day of two-second segments in ten renditions. */
const MEMORY_MB = 256;

/**
 * Returns one init segment and one segment of the video, the audio and the subtitles of a manifest. Runs in the other
 * process, which gets this function as a text: the function uses nothing but its argument.
 */
function filesOf({ playlists: videos, mediaGroups: { AUDIO = {}, SUBTITLES = {} } = {} }: Manifest): ListedFile[] {
  const groups = [AUDIO, SUBTITLES].map((type) => Object.values(type).flatMap((group) => Object.values(group)));
  const playlists = [videos?.[0], ...groups.map(([rendition]) => rendition?.playlists?.[0])];
  const files = playlists.flatMap((playlist): ListedFile[] => {
    // in a live stream, the first segment may be gone
    const segment = playlist?.segments?.at(playlist.endList ? 0 : -1);
    // a template without an init segment has one with an empty URI
    const init = segment?.map?.uri && segment.map.resolvedUri;
    const media = segment?.resolvedUri ?? playlist?.sidx?.resolvedUri ?? playlist?.resolvedUri;
    return [
      ...(init ? [{ kind: 'init segment', url: init }] : []),
      ...(media ? [{ kind: 'segment', url: media }] : []),
    ];
  });
  return [...new Map(files.map((file) => [file.url, file])).values()];
}

// the URL may have a token, which other users of the machine would see in the arguments of a process
const program = `
  const { parser, text, url } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  const manifest = require(parser).parse(text, { manifestUri: url });
  process.stdout.write(JSON.stringify((${filesOf.toString()})(manifest)));
`;

/**
 * Returns one file of each kind that the DASH manifest at `url` names; none if the manifest cannot be read.
 *
 * A manifest may come from anyone, and one line of it can stand for billions of segments, each of which the parser
 * writes out. A process of its own, with limits, therefore reads it: where memory ends, V8 may abort the whole process,
 * also if only a thread has used it.
 */
export async function manifestFiles(text: string, url: string): Promise<ListedFile[]> {
  // Yarn names its resolver of packages in this variable; other variables may have secrets
  const { NODE_OPTIONS = '' } = process.env;
  try {
    const parser = createRequire(import.meta.url).resolve('mpd-parser');
    const running = promisify(execFile)(process.execPath, [`--max-old-space-size=${MEMORY_MB}`, '--eval', program], {
      env: { NODE_OPTIONS },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      killSignal: 'SIGKILL',
    });
    const { stdin } = running.child;
    // a process that has ended reads no further: how it has ended is known below
    stdin?.on('error', () => undefined);
    stdin?.end(JSON.stringify({ parser, text, url }));
    const { stdout } = await running;
    return JSON.parse(stdout) as ListedFile[];
  } catch {
    return [];
  }
}
