import { boxes, concat, containers, find, readUint32, search } from './mp4-boxes.mjs';

/** Chunks of one turn of the sample: of four seconds each, if it has twenty. */
const CHUNKS = 5;

/**
 * @typedef {object} Track
 * @property {boolean} isVideo
 * @property {Uint8Array[]} samples of one turn
 * @property {number[]} keys numbers of its key frames
 * @property {number} delta how long a sample lasts
 */

/** The numbers of a full box. @type {(data: Uint8Array | undefined) => number[]} */
const integers = (data) =>
  data ? Array.from({ length: (data.length - 12) / 4 }, (_, index) => readUint32(data, 12 + index * 4)) : [];

/** @type {(...values: number[]) => Uint8Array<ArrayBuffer>} */
const uint32 = (...values) => {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value);
  return new Uint8Array(view.buffer);
};

/** @type {(text: string) => Uint8Array} */
const ascii = (text) => new TextEncoder().encode(text);

/** @type {(type: string, ...parts: Uint8Array[]) => Uint8Array} */
const box = (type, ...parts) => {
  const size = parts.reduce((sum, { length }) => sum + length, 8);
  return concat([uint32(size), ascii(type), ...parts]);
};

/** @type {(file: Uint8Array, trak: Uint8Array) => Track} */
function readTrack(file, trak) {
  /** @type {(type: string) => number[]} */
  const table = (type) => integers(search(trak.subarray(8), type));
  const sizes = table('stsz').slice(2);
  const runs = table('stsc').slice(1);
  /** @type {Uint8Array[]} */
  const samples = [];
  for (const [chunk, offset] of table('stco').slice(1).entries()) {
    let count = 0;
    for (let run = 0; run < runs.length && Number(runs[run]) <= chunk + 1; run += 3) count = Number(runs[run + 1]);
    for (let at = offset; count > 0; count--) {
      const end = at + Number(sizes[samples.length]);
      samples.push(file.subarray(at, end));
      at = end;
    }
  }
  const isVideo = search(trak.subarray(8), 'vmhd') !== undefined;
  return { isVideo, samples, keys: table('stss').slice(1), delta: Number(table('stts')[2]) };
}

/**
 * Filler data that decoders skip, NAL unit type 12 in the length-prefixed form of MP4. @type {(size: number) => Uint8Array}
 */
function filler(size) {
  const data = new Uint8Array(Math.max(8, Math.floor(size))).fill(0xff);
  data.set(uint32(data.length - 4));
  data[4] = 0x0c;
  data[data.length - 1] = 0x80;
  return data;
}

/**
 * `template` with the durations and sample tables of a longer file.
 * @type {(template: Uint8Array, turns: number, replace: (type: string) => Uint8Array | undefined) => Uint8Array}
 */
function rebuild(template, turns, replace) {
  const parts = [...boxes(template)].flatMap(([type, old]) => {
    const fresh = replace(type);
    if (fresh) return [fresh];
    if (containers.includes(type)) return [box(type, rebuild(old.subarray(8), turns, replace))];
    if (['edts', 'sgpd', 'sbgp', 'udta'].includes(type)) return [];
    const copy = new Uint8Array(old);
    const duration = { mvhd: 24, tkhd: 28, mdhd: 24 }[type];
    if (duration) copy.set(uint32(readUint32(copy, duration) * turns), duration);
    return [copy];
  });
  return concat(parts);
}

/**
 * An MP4 of about `size` bytes, index in front: `file` played `turns` times over, its pictures padded.
 * @param {Uint8Array} file with H.264 pictures
 * @param {{ turns: number, size: number }} options
 * @returns {Generator<Uint8Array, void>} its bytes, in order; each turn is the same memory
 */
export function* longMp4(file, { turns, size }) {
  const moov = find(file, 'moov');
  const traks = [...boxes(moov.subarray(8))].filter(([type]) => type === 'trak');
  const tracks = traks.map(([, trak]) => readTrack(file, trak));
  const pictures = tracks.find(({ isVideo }) => isVideo)?.samples.length ?? 0;
  const padding = filler((size - file.length * turns) / (pictures * turns));
  for (const track of tracks) {
    if (track.isVideo) track.samples = track.samples.map((sample) => concat([sample, padding]));
  }
  /** @type {Uint8Array[]} */
  const turn = [];
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    for (const { samples } of tracks) {
      const count = samples.length / CHUNKS;
      turn.push(concat(samples.slice(chunk * count, (chunk + 1) * count)));
    }
  }
  /** Offsets at which the chunks of each track begin, from the first chunk on. @type {number[][]} */
  const offsets = tracks.map(() => []);
  let end = 0;
  for (let chunk = 0; chunk < turns * turn.length; chunk++) {
    offsets[chunk % tracks.length]?.push(end);
    end += turn[chunk % turn.length]?.length ?? 0;
  }

  /** @type {(start: number) => Uint8Array} */
  const index = (start) => {
    let number = -1;
    return rebuild(moov, turns, (type) => {
      if (type === 'trak') number++;
      const track = tracks[number];
      if (!track) return undefined;
      const { samples, keys, delta } = track;
      const places = offsets[number] ?? [];
      /** @type {(make: (turn: number) => number[]) => number[]} */
      const repeat = (make) => Array.from({ length: turns }, (_, at) => make(at)).flat();
      const count = samples.length * turns;
      switch (type) {
        case 'stts':
          return box(type, uint32(0, 1, count, delta));
        case 'stss':
          return box(
            type,
            uint32(0, keys.length * turns, ...repeat((at) => keys.map((key) => key + at * samples.length))),
          );
        case 'stsc':
          return box(type, uint32(0, 1, 1, samples.length / CHUNKS, 1));
        case 'stsz':
          return box(type, uint32(0, 0, count, ...repeat(() => samples.map(({ length }) => length))));
        case 'stco':
          return box(type, uint32(0, places.length, ...places.map((place) => place + start)));
        default:
          return undefined;
      }
    });
  };

  const head = find(file, 'ftyp');
  const start = head.length + index(0).length + 8;
  yield concat([head, index(start), uint32(end + 8), ascii('mdat')]);
  for (let at = 0; at < turns; at++) yield* turn;
}
