/**
 * Milliseconds after which a store has failed. Clients of Redis queue commands as long as the connection is down; a
 * player waits ten seconds for the endpoint.
 */
const timeoutMs = 2000;

/**
 * Waits for the answer of a store.
 *
 * @throws after two seconds without an answer: a store that fails lets no call through
 */
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
