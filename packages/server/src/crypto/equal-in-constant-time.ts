/**
 * Compares all of both strings whatever they hold, so that the time tells an attacker nothing about how much of a guess
 * was right. Only their lengths may show: those are public in every format.
 */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
