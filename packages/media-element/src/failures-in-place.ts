/** Seconds of media. Two failures with less than this between them are at one place. */
const SAME_PLACE_SECONDS = 1;

/** The failures in a row at one place of a film. */
export class FailuresInPlace {
  #count = 0;
  #place = NaN;

  get count(): number {
    return this.#count;
  }

  /** Notes a failure. @param place seconds of media */
  add(place: number): void {
    this.#count = this.#isAt(place) ? this.#count + 1 : 1;
    this.#place = place;
  }

  /** Forgets the failures, if the film is played at another place by now. */
  played(place: number): void {
    if (!this.#isAt(place)) this.forget();
  }

  forget(): void {
    this.#count = 0;
  }

  #isAt(place: number): boolean {
    return Math.abs(place - this.#place) < SAME_PLACE_SECONDS;
  }
}
