function logToConsole(error: unknown): void {
  // A server that answers 500 or 503 and says nothing cannot be mended.
  // eslint-disable-next-line no-console
  console.error(error);
}

function tellNobody(): void {
  // A log that has failed cannot be told of it.
}

/** `onError` of the options as it is called, for every handler: a log that fails changes no answer. */
export function errorLog(onError: (error: unknown) => unknown = logToConsole): (error: unknown) => void {
  return (error) => {
    try {
      // Of an async function, a rejection would end the process.
      Promise.resolve(onError(error)).catch(tellNobody);
    } catch {
      tellNobody();
    }
  };
}
