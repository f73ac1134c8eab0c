import type { Check } from '../check.ts';
import { must } from '../check.ts';

function hrefOf(value: unknown): string {
  try {
    return new URL(value as string).href;
  } catch {
    // the browser's error quotes the URL, which may contain a token
    return '';
  }
}

export const aUrl: Check = must((value) => /^https?:/.test(hrefOf(value)));
export const aFolder: Check = must((value) => /^https?:[^?#]*\/$/.test(hrefOf(value)));
