/**
 * Whether `value` is what braces or `JSON.parse` make, in this realm or another. A list, a map, a promise and an object
 * of a class are not: what they mean may stand where nobody reads it.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty'))
  );
}
