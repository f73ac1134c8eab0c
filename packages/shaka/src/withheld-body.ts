import type { Request } from './shaka-types.ts';

type HandOn = NonNullable<Request['streamDataCallback']>;
type Data = Parameters<HandOn>[0];

/** Tells whether `data` begins like MP4, with a box below 16 MiB: Shaka reads no other format while it arrives. */
function isMp4(data: Data): boolean {
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset) : new Uint8Array(data);
  return bytes[0] === 0;
}

/**
 * The body of an attempt that Shaka reads while it arrives, withheld while it may be the text of a refusal. Shaka up to
 * 5.2.7 takes such a text for the beginning of the segment, and appends nothing of the replay.
 */
export class WithheldBody {
  readonly #handOn: HandOn;
  readonly #withheld: Data[] = [];
  #isMedia = false;

  constructor(handOn: HandOn) {
    this.#handOn = handOn;
  }

  readonly take: HandOn = async (data) => {
    // the first bytes decide, and a service worker may stream parts without a byte
    if (!data.byteLength) return;
    if (!this.#withheld.length) this.#isMedia ||= isMp4(data);
    if (this.#isMedia) await this.#handOn(data);
    else this.#withheld.push(data);
  };

  /** Passes on what was withheld, because the attempt is no refusal. */
  async pass(): Promise<void> {
    for (const data of this.#withheld.splice(0)) await this.#handOn(data);
  }
}
