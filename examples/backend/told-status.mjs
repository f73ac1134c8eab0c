/**
 * Lets pages read the status of each answer in the browser's own timing: WebKit tells it nowhere else.
 * @param {(request: Request) => Response | Promise<Response>} handle
 * @returns {(request: Request) => Promise<Response>}
 */
export const tellingStatus = (handle) => async (request) => {
  const response = await handle(request);
  response.headers.set('Server-Timing', `status;desc="${response.status}"`);
  response.headers.set('Timing-Allow-Origin', '*');
  return response;
};
