/** What JSON writes as it is. It writes `{}` for others, such as a promise, a `Map` or a `Set`. */
const written = ['Object', 'Array', 'String', 'Number', 'Boolean', 'Null'].map((kind) => `[object ${kind}]`);

/**
 * The name of the first claim, at any depth, that JSON does not have: it would be missing or empty in the token, and
 * with it the condition that it stands for. Empty for `claims` itself.
 */
export function lostClaim(claims: Readonly<Record<string, unknown>>): string | undefined {
  let lost: string | undefined;
  JSON.stringify(claims, (name, value: unknown) => {
    const isNoNumber = typeof value === 'number' && !Number.isFinite(value);
    if (!isNoNumber && written.includes(Object.prototype.toString.call(value))) return value;
    lost ??= name;
    return undefined;
  });
  return lost;
}
