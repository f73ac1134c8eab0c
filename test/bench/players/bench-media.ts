import { readFileSync } from 'node:fs';
import { bytesResponse } from '../../../examples/origin/bytes-response.mjs';
import { longMp4 } from '../../../examples/origin/long-mp4.mjs';
import { memoryContent } from '../../../examples/origin/memory-content.mjs';
import { createOrigins } from '../../support/origins.ts';
import type { Contender } from './contender.ts';

/** A film of ten minutes, of which the file of a single MP4 has 20 MB. */
const film = Buffer.concat([...longMp4(readFileSync('test/media/v.mp4'), { turns: 30, size: 20e6 })]);

export function createBenchOrigin(): (request: Request) => Promise<Response> {
  const mp4 = memoryContent(new Uint8Array(film), { type: 'video/mp4' });
  const others = createOrigins();
  return (request) =>
    new URL(request.url).pathname === '/film/film.mp4' ? Promise.resolve(bytesResponse(request, mp4)) : others(request);
}

/**
 * Returns the path of the film that a contender plays: ten minutes for each player, in segments of two seconds with
 * audio of their own for all but MP4.
 */
export function filmOf({ player }: Contender): string {
  if (player === 'MP4') return 'film/film.mp4';
  return player === 'dash.js' ? 'dashlive/film.mpd' : 'film/fmp4/master.m3u8';
}

/** Returns the path of the live stream that a contender plays: the recording of the film without an end. */
export const liveOf = ({ player }: Contender): string =>
  player === 'dash.js' ? 'dashlive/index.mpd' : 'live/master.m3u8';
