/**
 * Milliseconds after which a store has failed. Clients of Redis queue commands while the connection is down, for as
 * long as that lasts; a player waits for the endpoint ten seconds.
 */
const timeoutMs = 2000;

/** Waits for the answer of a store. @throws after two seconds without an answer, which is never a free pass */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('sessions: the store did not answer within two seconds. Check it.')),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
