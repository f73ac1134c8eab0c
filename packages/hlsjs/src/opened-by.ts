/** Calls `setUp`. Returns its result, and the URL for which it has opened `xhr`; `undefined` if it has not. */
export async function openedBy<T>(xhr: XMLHttpRequest, setUp: () => T): Promise<[Awaited<T>, string | undefined]> {
  let opened: string | undefined;
  const { open } = xhr as { open: (...args: unknown[]) => void };
  const watching = (...args: unknown[]): void => {
    opened = String(args[1]);
    open.apply(xhr, args);
  };
  Object.assign(xhr, { open: watching });
  try {
    return [await setUp(), opened];
  } finally {
    Object.assign(xhr, { open });
  }
}
