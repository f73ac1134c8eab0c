import { optionsError } from '../errors/options-error.ts';

/**
 * Checks the texts of an option that enter what is signed: a separator of the format in one of them would make it read
 * as two fields, and a lone surrogate is encoded like U+FFFD.
 *
 * @param separators what may not be in the texts, in the name of the format
 * @throws `ERR_OPTIONS`
 */
export function checkText(option: string, texts: readonly (string | undefined)[], separators: readonly string[]): void {
  for (const text of texts as readonly unknown[]) {
    if (text === undefined) continue;
    const isSafe =
      typeof text === 'string' && !/[\p{Cc}\p{Cs}]/u.test(text) && !separators.some((each) => text.includes(each));
    if (!isSafe) {
      const names = separators.map((each) => ` and \`${each}\``).join('');
      throw optionsError(
        option,
        `This is not text, or has characters that are not allowed. Give text without control characters${names}.`,
      );
    }
  }
}
