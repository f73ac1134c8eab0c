/** `onError` of the options as it is called: a log that fails changes no answer. */
export function errorLog(onError: ((error: unknown) => void) | undefined): (error: unknown) => void {
  return (error) => {
    try {
      onError?.(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}
