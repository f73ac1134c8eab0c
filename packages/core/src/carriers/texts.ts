import type { Check } from '../check.ts';
import { isObject, must } from '../check.ts';

/** Converts values to text. JSON has numbers, such as the `e` of a query; URLs and headers do not. */
export function asTexts(values: object): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) texts[name] = String(value);
  return texts;
}

/** Returns a check for texts with which `write` does not throw: a browser would throw later, and quote the text. */
export const textsFor = /* @__NO_SIDE_EFFECTS__ */ (write: (texts: Record<string, string>) => unknown): Check =>
  must((texts) => {
    if (!isObject(texts) || Object.values(texts).some((value) => Object(value) === value)) return false;
    try {
      write(asTexts(texts));
      return true;
    } catch {
      return false;
    }
  });
