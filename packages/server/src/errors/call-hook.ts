/** The words with which V8, JavaScriptCore and SpiderMonkey say that something has no such property. */
const HAS_NO_PROPERTY = /\bundefined\b|is not a function/;

/**
 * Calls a hook of the options that is handed the Request. One written for the request of a framework fails with a
 * message that says nothing: `request.session` is undefined there.
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
