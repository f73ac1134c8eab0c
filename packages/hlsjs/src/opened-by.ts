const originOf = (url: string): string => new URL(url, document.baseURI).origin;

/** Whether `url` is of another server than `signed`: what the headers of a token hold is not for that one. */
export const isElsewhere = (url: string, signed: string): boolean =>
  url !== signed && originOf(url) !== originOf(signed);

/** Calls `setUp`, and tells for which URL it has opened `xhr` meanwhile; `undefined` if for none. */
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
