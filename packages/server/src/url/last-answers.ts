/** 500 texts of this length are 2 MB at most. Longer ones are not kept. */
const maxLength = 2048;
const maxTexts = 500;

/** The answers to the last texts. The oldest is forgotten first. */
export class LastAnswers<T> {
  readonly #answers = new Map<string, { readonly answer: T }>();
  readonly #maxTexts: number;

  /** @param maxAnswers that are kept, 500 at most */
  constructor(maxAnswers: number = maxTexts) {
    this.#maxTexts = Math.min(maxAnswers, maxTexts);
  }

  /** @param make for a text that is not known; the same for the same text, and nobody changes it */
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
