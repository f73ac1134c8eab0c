function logToConsole(error: unknown): void {
  // A server that answers 500 or 503 and says nothing cannot be mended.
  // eslint-disable-next-line no-console
  console.error(error);
}

/** `onError` of the options as it is called, for every handler: a log that fails changes no answer. */
export function errorLog(onError: (error: unknown) => void = logToConsole): (error: unknown) => void {
  return (error) => {
    try {
      onError(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}
