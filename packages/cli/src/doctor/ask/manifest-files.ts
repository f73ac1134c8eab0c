import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Manifest } from 'mpd-parser';
import type { ListedFile } from './listed-files.ts';

/** Milliseconds after which the thread ends. A manifest in use is read in a tenth of that. */
const TIMEOUT_MS = 4000;
/** Megabytes of memory at which the thread ends. They hold a day of two-second segments in ten renditions. */
const MEMORY_MB = 256;

/**
 * Returns one init segment and one segment of the video, the audio and the subtitles of a manifest. Runs in the thread,
 * which gets this function as a text: it uses nothing but its argument.
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

const program = `
  const { parentPort, workerData: { parser, text, url } } = require('node:worker_threads');
  const { parse } = require(parser);
  parentPort.postMessage((${filesOf.toString()})(parse(text, { manifestUri: url })));
`;

/**
 * Returns one file of each kind that the DASH manifest at `url` names; none if the manifest cannot be read.
 *
 * A manifest may come from anyone, and one line of it can stand for billions of segments, each of which the parser
 * writes out. A thread of its own, with limits, therefore reads it.
 */
export async function manifestFiles(text: string, url: string): Promise<ListedFile[]> {
  const parser = createRequire(import.meta.url).resolve('mpd-parser');
  const thread = new Worker(program, {
    eval: true,
    workerData: { parser, text, url },
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    // the thread needs neither the secrets of the environment nor the options of the process, and prints nothing
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  // also one that comes while the thread is being ended
  thread.on('error', () => undefined);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const [files] = (await once(thread, 'message', { signal })) as [ListedFile[]];
    return files;
  } catch {
    return [];
  } finally {
    await thread.terminate();
  }
}
