/** The words in the messages of V8, JavaScriptCore and SpiderMonkey for a property that is missing. */
const HAS_NO_PROPERTY = /\bundefined\b|is not a function/;

/**
 * Calls a hook of the options that takes a `Request`, and explains the `TypeError` of a hook that was written for the
 * request of a framework. `request.session` is undefined in a `Request`, and the original message does not say why.
 *
 * @param name of the option
 */
export async function callHook<T>(name: string, hook: () => T | Promise<T>): Promise<T> {
  try {
    return await hook();
  } catch (error) {
    if (!(error instanceof TypeError && HAS_NO_PROPERTY.test(error.message))) throw error;
    throw new Error(
      `${name} threw a TypeError. It gets a Request of the Fetch API, not the request of a framework: there is no ` +
        "session, user or cookies in it. Read request.headers.get('cookie').",
      { cause: error },
    );
  }
}
