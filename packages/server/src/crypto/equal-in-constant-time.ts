/**
 * Compares two strings to their ends, even after a difference, so that the time does not tell an attacker how much of a
 * guess is right. Only the lengths may show: they are public in every format.
 */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
