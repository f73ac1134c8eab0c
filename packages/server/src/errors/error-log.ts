function logToConsole(error: unknown): void {
  // If a server answered 500 or 503 and logged nothing, its operator could not find the cause.
  // eslint-disable-next-line no-console
  console.error(error);
}

function tellNobody(): void {
  // If the log itself fails, there is no other place to report the failure.
}

/** Wraps `onError` of the options, so that no handler sends another response because the log fails. */
export function errorLog(onError: (error: unknown) => unknown = logToConsole): (error: unknown) => void {
  return (error) => {
    try {
      // The rejection of an async `onError` would end the process if it were not caught.
      Promise.resolve(onError(error)).catch(tellNobody);
    } catch {
      tellNobody();
    }
  };
}
