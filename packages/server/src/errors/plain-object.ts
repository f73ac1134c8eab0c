/**
 * Whether `value` is an object as braces or `JSON.parse` create it, in this realm or another. Lists, maps, promises and
 * instances of classes are not plain: their content may be in a place that no code here reads.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty'))
  );
}
