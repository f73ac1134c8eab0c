import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number, not below 0. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
