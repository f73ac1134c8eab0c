/** The longest text that is kept: 500 texts of this length take at most 2 MB. */
const maxLength = 2048;
const maxTexts = 500;

/** A cache of the results for the last texts. When it is full, the oldest entry is removed. */
export class LastAnswers<T> {
  readonly #answers = new Map<string, { readonly answer: T }>();
  readonly #maxTexts: number;

  /** @param maxAnswers the largest number of results that are kept, at most 500 */
  constructor(maxAnswers: number = maxTexts) {
    this.#maxTexts = Math.min(maxAnswers, maxTexts);
  }

  /**
   * Returns the kept result for a text, or makes it.
   *
   * @param make computes the result. It must depend only on the text, and no caller may change it
   */
  for(text: string, make: () => T): T {
    const known = this.#answers.get(text);
    if (known) return known.answer;
    const answer = make();
    if (text.length > maxLength) return answer;
    if (this.#answers.size >= this.#maxTexts) this.#answers.delete(this.#answers.keys().next().value!);
    this.#answers.set(text, { answer });
    return answer;
  }
}
