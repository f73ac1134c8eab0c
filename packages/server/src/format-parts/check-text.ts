import { optionsError } from '../errors/options-error.ts';

/**
 * Checks the texts of an option that become part of the signed text. A separator of the format would turn one of them
 * into two fields, and a lone surrogate is encoded like U+FFFD.
 *
 * @param separators the texts that the format does not allow in the option
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
