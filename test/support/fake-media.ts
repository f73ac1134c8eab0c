import { vi } from 'vitest';

type Track = Record<string, unknown>;

export class FakeTrackList extends EventTarget {
  length = 0;
  set(tracks: readonly Track[]): void {
    this.length = tracks.length;
    Object.assign(this, tracks);
  }
  *[Symbol.iterator](): Iterator<Track> {
    for (let index = 0; index < this.length; index++) yield (this as unknown as ArrayLike<Track>)[index]!;
  }
}

/** An element that loads as browsers do: from the start, with other tracks, and nothing is there before `arrive()`. */
export class FakeMedia extends EventTarget {
  static readonly HAVE_NOTHING = 0;
  static readonly HAVE_CURRENT_DATA = 2;
  readonly sources: string[] = [];
  readonly textTracks = new FakeTrackList();
  readonly audioTracks = new FakeTrackList();
  tracksOfNext: readonly Track[] = [];
  time = 0;
  duration = NaN;
  playbackRate = 1;
  defaultPlaybackRate = 1;
  preload = 'auto';
  readyState = 0;
  paused = true;
  autoplay = false;
  ended = false;
  seeking = false;
  crossOrigin: string | null = null;
  error: { code: number; message: string } | null = null;
  buffered = { length: 0, start: () => 0, end: () => 0 };
  played = { length: 0 };

  get currentTime(): number {
    return this.time;
  }
  set currentTime(time: number) {
    this.time = time;
  }
  getAttribute(name: string): string | null {
    return name === 'src' ? (this.sources.at(-1) ?? null) : null;
  }
  querySelector(): null {
    return null;
  }
  /** As of an element that is in no document. */
  getRootNode(): this {
    return this;
  }
  /** As browsers say it: the URL of the page for an empty attribute. */
  get src(): string {
    const src = this.sources.at(-1);
    return src === '' ? document.baseURI : (src ?? '');
  }
  set src(url: string) {
    this.sources.push(url);
    this.readyState = 0;
    this.time = 0;
    this.duration = NaN;
    this.error = null;
    this.audioTracks.set(this.tracksOfNext);
  }
  removeAttribute(): void {
    this.crossOrigin = null;
  }
  play(): Promise<void> {
    // as a browser whose element could not load its source (HTML Living Standard, `play()`)
    if (this.error?.code === 4) return Promise.reject(new DOMException('no source', 'NotSupportedError'));
    if (this.paused) {
      this.paused = false;
      this.tell('play');
    }
    return Promise.resolve();
  }
  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.tell('pause');
  }
  tell(...types: string[]): void {
    for (const type of types) this.dispatchEvent(new Event(type));
  }
  /** Lets the media that was asked for be there. */
  arrive(duration: number): void {
    this.duration = duration;
    this.readyState = 4;
    this.tell('durationchange', 'loadedmetadata', 'loadeddata', 'canplay');
  }
  fail(code: number): void {
    this.error = { code, message: '' };
    this.tell('error');
  }
}

/** Stubs what else a page has, with a network that answers every probe with the status told by `statusOf`. */
export function stubPage(statusOf: (url: string) => number): void {
  vi.stubGlobal('HTMLMediaElement', FakeMedia);
  vi.stubGlobal('location', { origin: 'https://www.example.com' });
  vi.stubGlobal('document', { baseURI: 'https://www.example.com/', pictureInPictureElement: null });
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('fetch', (url: string) => Promise.resolve(new Response(null, { status: statusOf(url) })));
}
