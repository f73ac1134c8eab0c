/** A time in which the media should have moved and did not. */
export interface RecordedStall {
  readonly at: number;
  readonly seconds: number;
  /** The least that was buffered ahead: with plenty of it the machine was too slow, not the network. */
  readonly ahead: number;
}

/** The stalls for want of media. */
export const starvedOf = (stalls: readonly RecordedStall[]): RecordedStall[] =>
  stalls.filter(({ ahead }) => ahead < 0.5);

declare global {
  interface Window {
    recording: {
      readonly stalls: RecordedStall[];
      /** Starts to look for stalls, from the first picture on. */
      watch(media: HTMLMediaElement): void;
    };
  }
}

/** Runs inside the page, before its scripts: nothing from outside of this function exists there. */
export function installRecording(): void {
  const stalls: RecordedStall[] = [];
  const watch = (media: HTMLMediaElement): void => {
    const bufferedAhead = (): number => {
      const { buffered, currentTime } = media;
      for (let index = 0; index < buffered.length; index++) {
        if (buffered.start(index) <= currentTime + 0.1 && buffered.end(index) > currentTime)
          return buffered.end(index) - currentTime;
      }
      return 0;
    };
    let started = false;
    let last = { now: performance.now(), at: media.currentTime };
    let stall: { at: number; seconds: number; ahead: number } | undefined;
    setInterval(() => {
      const now = performance.now();
      const { currentTime: at, playbackRate, paused, ended, seeking } = media;
      const passed = (now - last.now) / 1000;
      // this timer may be late itself: what counts is the time the media did not use
      const lost = passed - (at - last.at) / playbackRate;
      const idle = paused || ended || seeking;
      started ||= !idle && at > last.at;
      if (started && !idle && lost > passed / 2) {
        stall ??= { at: last.at, seconds: 0, ahead: Infinity };
        stall.seconds += lost;
        stall.ahead = Math.min(stall.ahead, bufferedAhead());
        if (stall.seconds > 0.25 && !stalls.includes(stall)) stalls.push(stall);
      } else stall = undefined;
      last = { now, at };
    }, 100);
  };
  window.recording = { stalls, watch };
}
