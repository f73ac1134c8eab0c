import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number, 0 or more, in its one spelling. */
export function wholeNumber(text: string): number {
  if (!/^(?:0|[1-9]\d{0,14})$/.test(text))
    throw new InvalidArgumentError('Give a whole number, without leading zeros.');
  return Number(text);
}
