import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const SAMPLE = new URL('../media/v.mp4', import.meta.url);
/** Seconds of one turn of the sample, and of one chunk of the file. */
const TURN = 20;
const CHUNK = 4;

interface Track {
  /** The boxes down to `stbl`, as they are, for a template. */
  readonly box: Buffer;
  readonly isVideo: boolean;
  readonly samples: readonly Buffer[];
  readonly timescale: number;
  readonly delta: number;
  readonly keys: readonly number[] | undefined;
}

const containers = ['moov', 'trak', 'mdia', 'minf', 'stbl'];

function* boxes(data: Buffer): Generator<[type: string, box: Buffer]> {
  for (let at = 0; at < data.length; at += data.readUInt32BE(at)) {
    yield [data.toString('latin1', at + 4, at + 8), data.subarray(at, at + data.readUInt32BE(at))];
  }
}

function find(data: Buffer, type: string): Buffer | undefined {
  for (const [name, box] of boxes(data)) {
    if (name === type) return box;
    const inside = containers.includes(name) && find(box.subarray(8), type);
    if (inside) return inside;
  }
  return undefined;
}

const integers = (box: Buffer, from: number): number[] =>
  Array.from({ length: (box.length - from) / 4 }, (_, index) => box.readUInt32BE(from + index * 4));

const uint32 = (...values: number[]): Buffer => {
  const data = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => data.writeUInt32BE(value, index * 4));
  return data;
};

const box = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};

function readTrack(file: Buffer, trak: Buffer): Track {
  const table = (type: string): number[] => integers(find(trak.subarray(8), type)!, 12);
  const sizes = table('stsz').slice(2);
  const offsets = table('stco').slice(1);
  const runs = table('stsc').slice(1);
  const samples: Buffer[] = [];
  offsets.forEach((offset, chunk) => {
    let count = 0;
    for (let run = 0; run < runs.length && runs[run]! <= chunk + 1; run += 3) count = runs[run + 1]!;
    for (let at = offset; count > 0; count--) {
      const size = sizes[samples.length]!;
      samples.push(file.subarray(at, at + size));
      at += size;
    }
  });
  return {
    box: trak,
    isVideo: find(trak.subarray(8), 'vmhd') !== undefined,
    samples,
    timescale: find(trak.subarray(8), 'mdhd')!.readUInt32BE(20),
    delta: table('stts')[2]!,
    keys: find(trak.subarray(8), 'stss') && table('stss').slice(1),
  };
}

/** `template` with the durations and sample tables of a longer file. */
function rebuild(data: Buffer, turns: number, replace: (type: string) => Buffer | undefined): Buffer {
  return Buffer.concat(
    [...boxes(data)].flatMap(([type, old]) => {
      const fresh = replace(type);
      if (fresh) return [fresh];
      if (containers.includes(type)) return [box(type, rebuild(old.subarray(8), turns, replace))];
      if (['edts', 'sgpd', 'sbgp', 'udta'].includes(type)) return [];
      const copy = Buffer.from(old);
      const duration = { mvhd: 24, tkhd: 28, mdhd: 24 }[type];
      if (duration) copy.writeUInt32BE(copy.readUInt32BE(duration) * turns, duration);
      return [copy];
    }),
  );
}

/**
 * Writes an MP4 of `seconds` (a multiple of 20) and about `size` bytes, index in front: the sample over and over, its
 * pictures padded with filler data that decoders skip.
 */
export function writeLongMp4(path: string, { seconds, size }: { seconds: number; size: number }): void {
  const file = readFileSync(SAMPLE);
  const moov = find(file, 'moov')!;
  const turns = seconds / TURN;
  const tracks = [...boxes(moov.subarray(8))].filter(([type]) => type === 'trak').map(([, trak]) => readTrack(file, trak));
  const pictures = tracks.find(({ isVideo }) => isVideo)!.samples.length * turns;
  const filler = Buffer.alloc(Math.max(8, Math.floor((size - file.length * turns) / pictures)), 0xff);
  // NAL unit type 12, in the length-prefixed form of MP4
  filler.writeUInt32BE(filler.length - 4, 0);
  filler[4] = 0x0c;
  filler[filler.length - 1] = 0x80;

  const chunks = turns * (TURN / CHUNK);
  const perChunk = tracks.map(({ samples }) => samples.length / (TURN / CHUNK));
  const sizes = tracks.map(({ samples, isVideo }) => samples.map(({ length }) => length + (isVideo ? filler.length : 0)));
  const chunkSize = (track: number, chunk: number): number => {
    const start = (chunk % (TURN / CHUNK)) * perChunk[track]!;
    return sizes[track]!.slice(start, start + perChunk[track]!).reduce((sum, one) => sum + one, 0);
  };
  const offsets: number[][] = tracks.map(() => []);
  let end = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    tracks.forEach((_, track) => {
      offsets[track]!.push(end);
      end += chunkSize(track, chunk);
    });
  }

  const index = (start: number): Buffer => {
    let track = -1;
    return rebuild(moov, turns, (type) => {
      if (type === 'trak') track++;
      const { samples, keys, delta } = tracks[Math.max(track, 0)]!;
      const count = samples.length * turns;
      const repeat = <T>(make: (turn: number) => readonly T[]): T[] => Array.from({ length: turns }, (_, turn) => make(turn)).flat();
      switch (type) {
        case 'stts':
          return box(type, uint32(0, 1, count, delta));
        case 'stss':
          return box(type, uint32(0, keys!.length * turns, ...repeat((turn) => keys!.map((key) => key + turn * samples.length))));
        case 'stsc':
          return box(type, uint32(0, 1, 1, perChunk[track]!, 1));
        case 'stsz':
          return box(type, uint32(0, 0, count), ...repeat(() => [uint32(...sizes[track]!)]));
        case 'stco':
          return box(type, uint32(0, chunks, ...offsets[track]!.map((offset) => offset + start)));
        default:
          return undefined;
      }
    });
  };

  const head = find(file, 'ftyp')!;
  const start = head.length + index(0).length + 8;
  const out = openSync(path, 'w');
  writeSync(out, Buffer.concat([head, index(start), uint32(end + 8), Buffer.from('mdat')]));
  for (let chunk = 0; chunk < chunks; chunk++) {
    tracks.forEach(({ samples, isVideo }, track) => {
      const from = (chunk % (TURN / CHUNK)) * perChunk[track]!;
      const parts = samples.slice(from, from + perChunk[track]!).flatMap((sample) => (isVideo ? [sample, filler] : [sample]));
      writeSync(out, Buffer.concat(parts));
    });
  }
  closeSync(out);
}
