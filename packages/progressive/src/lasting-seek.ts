/** A position that is this close to the one asked for, in seconds, is the one asked for. */
const NEAR = 0.5;

export interface LastingSeek {
  /** The position asked for since `begin()`, in seconds. */
  asked(): number | undefined;
  /** From here on the position asked for is kept. */
  begin(): void;
  end(): void;
}

/**
 * WebKitGTK drops a seek of an element that has failed, without an event, and now and then starts at 0 where another
 * position was asked for before the metadata were there. While a source has failed or changes, `currentTime` remembers
 * what was asked for last, by the page or by the change itself, and asks again when there are metadata.
 */
export function lastingSeek(media: HTMLMediaElement): LastingSeek {
  let asked: number | undefined;
  let listening: AbortController | undefined;
  const end = (): void => {
    if (!listening) return;
    listening.abort();
    listening = asked = undefined;
    delete (media as Partial<HTMLMediaElement>).currentTime;
  };
  return {
    asked: () => asked,
    begin() {
      // of the element itself if the page has put one there, which stays: it is not ours to remove
      if (listening || Object.hasOwn(media, 'currentTime')) return;
      const native = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime')!;
      listening = new AbortController();
      Object.defineProperty(media, 'currentTime', {
        configurable: true,
        enumerable: true,
        get: () => (media.error && asked !== undefined ? asked : (native.get!.call(media) as number)),
        set(time: number) {
          // first: it throws what is no number
          native.set!.call(media, time);
          asked = time;
        },
      });
      const askAgain = (): void => {
        const now = native.get!.call(media) as number;
        if (asked !== undefined && Math.abs(now - asked) > NEAR) native.set!.call(media, asked);
      };
      media.addEventListener('loadedmetadata', askAgain, { capture: true, signal: listening.signal });
    },
    end,
  };
}
