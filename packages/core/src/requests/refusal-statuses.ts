import { DEFAULT_REFUSALS } from '../contract/default-options.ts';
import type { Settings } from '../contract/default-options.ts';
import { folderOf, isIn } from '../url-text.ts';

/** The statuses with which the edge of `url` refuses a token. @param url unsigned */
export function refusalStatuses(refusals: Settings['refusals'], url: string): readonly number[] {
  const bare: number[] = [];
  for (const each of refusals) {
    if (typeof each === 'number') bare.push(each);
    else if (isIn(folderOf(each.prefix), url)) return each.statuses;
  }
  // with edges alone, all others are as they are without the option
  return bare.length || !refusals.length ? bare : DEFAULT_REFUSALS;
}
